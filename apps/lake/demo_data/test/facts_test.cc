// Goal: the facts are true of the files. Method: count everything again from the parsed CSV, at three scales.
#include "lake/demo_data/facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "industries.h"
#include "sample_tables.h"

namespace lake::demo_data {
namespace {

struct ClientCount {
  int64_t hours = 0;
  int64_t revenue = 0;
  int64_t sheets = 0;
  std::string last_call;
};

class FactsTest : public testing::TestWithParam<int64_t> {
 protected:
  FactsTest() : tables_(Scale{GetParam()}), facts_(ComputeFacts(Scale{GetParam()}).value()) {
    const SampleTable& sheets = Of(Table::kTimesheets);
    for (size_t row = 0; row < sheets.rows(); ++row) {
      ClientCount& client = clients_[sheets.Text(row, "client_id")];
      client.hours += sheets.Hundredths(row, "hours");
      client.revenue += sheets.Hundredths(row, "bill_amount");
      ++client.sheets;
    }
    const SampleTable& calls = Of(Table::kCallLog);
    for (size_t row = 0; row < calls.rows(); ++row)
      if (const Field& client = calls.At(row, "client_id")) {
        std::string& last = clients_[*client].last_call;
        last = std::max(last, calls.Text(row, "called_at").substr(0, 10));
      }
  }

  const SampleTable& Of(Table table) const { return tables_.Of(table); }
  std::string NameOfClient(const std::string& id) const {
    const SampleTable& clients = Of(Table::kClients);
    for (size_t row = 0; row < clients.rows(); ++row)
      if (clients.Text(row, "client_id") == id) return clients.Text(row, "name");
    return {};
  }
  // Clients with revenue that satisfy `wanted`, the best first.
  template <class Wanted>
  std::vector<std::string> Ranked(Wanted wanted) const {
    std::vector<std::string> ids;
    for (const auto& [id, client] : clients_)
      if (client.sheets > 0 && wanted(client)) ids.push_back(id);
    auto rank = [&](const std::string& id) { return std::pair(-clients_.at(id).revenue, id); };
    std::sort(ids.begin(), ids.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    return ids;
  }
  void ExpectIs(const ClientFact& fact, const std::string& id) const {
    EXPECT_EQ(fact.client_id, id);
    EXPECT_EQ(fact.name, NameOfClient(id));
    EXPECT_EQ(fact.revenue_cents, clients_.at(id).revenue);
    EXPECT_EQ(fact.hours_hundredths, clients_.at(id).hours);
    EXPECT_EQ(fact.timesheets, clients_.at(id).sheets);
    EXPECT_EQ(fact.last_call, clients_.at(id).last_call);
  }

  SampleTables tables_;
  Facts facts_;
  std::map<std::string, ClientCount> clients_;
};

TEST_P(FactsTest, TotalsOfPeopleAndOrders) {
  Totals counted;
  const SampleTable& candidates = Of(Table::kCandidates);
  for (size_t row = 0; row < candidates.rows(); ++row) {
    const std::string& status = candidates.Text(row, "status");
    counted.active_candidates += status == "active";
    counted.placed_candidates += status == "placed";
    counted.blocked_candidates += status == "blocked";
    counted.inactive_candidates += status == "inactive";
    counted.candidates_without_email += !candidates.At(row, "email").has_value();
    if (candidates.At(row, "desired_salary"))
      counted.desired_salary_cents += candidates.Hundredths(row, "desired_salary");
  }
  const SampleTable& jobs = Of(Table::kJobOrders);
  for (size_t row = 0; row < jobs.rows(); ++row)
    counted.open_job_orders += jobs.Text(row, "status") == "open";
  const SampleTable& placements = Of(Table::kPlacements);
  for (size_t row = 0; row < placements.rows(); ++row)
    counted.active_placements += !placements.At(row, "end_date").has_value();
  const Totals& told = facts_.totals;
  EXPECT_EQ(told.active_candidates, counted.active_candidates);
  EXPECT_EQ(told.placed_candidates, counted.placed_candidates);
  EXPECT_EQ(told.blocked_candidates, counted.blocked_candidates);
  EXPECT_EQ(told.inactive_candidates, counted.inactive_candidates);
  EXPECT_EQ(told.candidates_without_email, counted.candidates_without_email);
  EXPECT_EQ(told.desired_salary_cents, counted.desired_salary_cents);
  EXPECT_EQ(told.open_job_orders, counted.open_job_orders);
  EXPECT_EQ(told.active_placements, counted.active_placements);
  EXPECT_GT(told.open_job_orders, 0);
}

TEST_P(FactsTest, TotalsOfTheLogs) {
  Totals counted;
  const SampleTable& sheets = Of(Table::kTimesheets);
  for (size_t row = 0; row < sheets.rows(); ++row) {
    counted.hours_hundredths += sheets.Hundredths(row, "hours");
    counted.overtime_hundredths += sheets.Hundredths(row, "overtime_hours");
    counted.bill_cents += sheets.Hundredths(row, "bill_amount");
    counted.pay_cents += sheets.Hundredths(row, "pay_amount");
    counted.approved_timesheets += sheets.Text(row, "approved") == "true";
    counted.rejected_timesheets += sheets.Text(row, "approved") == "false";
    counted.pending_timesheets += !sheets.At(row, "approved").has_value();
  }
  const SampleTable& calls = Of(Table::kCallLog);
  for (size_t row = 0; row < calls.rows(); ++row) {
    counted.call_secs += calls.Int(row, "duration_secs");
    counted.calls_with_clients += calls.At(row, "client_id").has_value();
  }
  const SampleTable& emails = Of(Table::kEmailLog);
  for (size_t row = 0; row < emails.rows(); ++row) {
    counted.emails_opened += emails.Text(row, "opened") == "true";
    counted.emails_replied += emails.Text(row, "replied") == "true";
  }
  const Totals& told = facts_.totals;
  EXPECT_EQ(told.hours_hundredths, counted.hours_hundredths);
  EXPECT_EQ(told.overtime_hundredths, counted.overtime_hundredths);
  EXPECT_EQ(told.bill_cents, counted.bill_cents);
  EXPECT_EQ(told.pay_cents, counted.pay_cents);
  EXPECT_EQ(told.approved_timesheets, counted.approved_timesheets);
  EXPECT_EQ(told.rejected_timesheets, counted.rejected_timesheets);
  EXPECT_EQ(told.pending_timesheets, counted.pending_timesheets);
  EXPECT_EQ(told.call_secs, counted.call_secs);
  EXPECT_EQ(told.calls_with_clients, counted.calls_with_clients);
  EXPECT_EQ(told.emails_opened, counted.emails_opened);
  EXPECT_EQ(told.emails_replied, counted.emails_replied);
}

TEST_P(FactsTest, TheTopClientsAreTheTopClients) {
  std::vector<std::string> ids = Ranked([](const ClientCount&) { return true; });
  ASSERT_EQ(facts_.top_clients.size(), std::min<size_t>(5, ids.size()));
  for (size_t place = 0; place < facts_.top_clients.size(); ++place)
    ExpectIs(facts_.top_clients[place], ids[place]);
  EXPECT_EQ(facts_.top_clients.front().name, kTopClientName);
}

TEST_P(FactsTest, ColdClientsHaveNotBeenCalled) {
  std::vector<std::string> ids =
      Ranked([&](const ClientCount& client) { return client.last_call < facts_.cold_before; });
  EXPECT_EQ(facts_.cold_client_count, std::ssize(ids));
  ASSERT_EQ(facts_.cold_clients.size(), std::min<size_t>(5, ids.size()));
  for (size_t place = 0; place < facts_.cold_clients.size(); ++place)
    ExpectIs(facts_.cold_clients[place], ids[place]);
  ExpectIs(facts_.planted_cold_client, facts_.planted_cold_client.client_id);
  EXPECT_EQ(facts_.planted_cold_client.name, kColdClientName);
  EXPECT_FALSE(facts_.planted_cold_client.last_call.empty());
  EXPECT_NE(std::find(ids.begin(), ids.end(), facts_.planted_cold_client.client_id), ids.end());
}

TEST_P(FactsTest, TheBestPlacementsOverFourTables) {
  const SampleTable& placements = Of(Table::kPlacements);
  std::vector<std::pair<int64_t, size_t>> found;  // Rate, negative, and row.
  for (size_t row = 0; row < placements.rows(); ++row)
    if (NameOfClient(placements.Text(row, "client_id")) == kTopClientName)
      found.emplace_back(-placements.Hundredths(row, "bill_rate"), row);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(facts_.top_client_placements, std::ssize(found));
  ASSERT_EQ(facts_.best_placements_at_top_client.size(), std::min<size_t>(5, found.size()));
  const SampleTable& candidates = Of(Table::kCandidates);
  for (size_t place = 0; place < facts_.best_placements_at_top_client.size(); ++place) {
    const PlacementFact& fact = facts_.best_placements_at_top_client[place];
    size_t row = found[place].second;
    EXPECT_EQ(fact.placement_id, placements.Int(row, "placement_id"));
    EXPECT_EQ(fact.bill_rate_cents, placements.Hundredths(row, "bill_rate"));
    EXPECT_EQ(fact.start_date, placements.Text(row, "start_date"));
    EXPECT_EQ(fact.candidate_id, placements.Text(row, "candidate_id"));
    size_t job = static_cast<size_t>(placements.Int(row, "job_id")) - 1;
    EXPECT_EQ(fact.title, Of(Table::kJobOrders).Text(job, "title"));
    size_t who = static_cast<size_t>(std::stoll(fact.candidate_id.substr(5))) - 1;
    EXPECT_EQ(fact.candidate_name,
              candidates.Text(who, "first_name") + " " + candidates.Text(who, "last_name"));
  }
}

TEST_P(FactsTest, RecruitersOfTheQuarter) {
  std::map<std::string, RecruiterFact> counted;
  std::map<std::string, std::set<std::string>> served;
  const SampleTable& placements = Of(Table::kPlacements);
  for (size_t row = 0; row < placements.rows(); ++row) {
    const std::string& start = placements.Text(row, "start_date");
    if (start < facts_.quarter_start || start >= facts_.quarter_end) continue;
    const std::string& recruiter = placements.Text(row, "recruiter");
    ++counted[recruiter].placements;
    counted[recruiter].margin_cents +=
        placements.Hundredths(row, "bill_rate") - placements.Hundredths(row, "pay_rate");
    served[recruiter].insert(placements.Text(row, "client_id"));
  }
  ASSERT_EQ(facts_.recruiters.size(), std::min<size_t>(5, counted.size()));
  for (const RecruiterFact& fact : facts_.recruiters) {
    EXPECT_EQ(fact.placements, counted[fact.recruiter].placements);
    EXPECT_EQ(fact.margin_cents, counted[fact.recruiter].margin_cents);
    EXPECT_EQ(fact.clients, std::ssize(served[fact.recruiter]));
  }
  for (const auto& [recruiter, fact] : counted)
    EXPECT_LE(fact.placements, facts_.recruiters.front().placements) << recruiter;
  EXPECT_EQ(facts_.quarter_start, "2025-04-01");
}

TEST_P(FactsTest, TheLastMonths) {
  std::map<std::string, MonthFact> counted;
  const SampleTable& sheets = Of(Table::kTimesheets);
  for (size_t row = 0; row < sheets.rows(); ++row) {
    const std::string& week = sheets.Text(row, "week_ending");
    if (week < "2025-07-01") continue;
    MonthFact& month = counted[week.substr(0, 8) + "01"];
    month.hours_hundredths += sheets.Hundredths(row, "hours");
    month.revenue_cents += sheets.Hundredths(row, "bill_amount");
  }
  ASSERT_EQ(facts_.last_months.size(), counted.size());
  size_t place = 0;
  for (const auto& [month, fact] : counted) {
    EXPECT_EQ(facts_.last_months[place].month, month);
    EXPECT_EQ(facts_.last_months[place].hours_hundredths, fact.hours_hundredths);
    EXPECT_EQ(facts_.last_months[place++].revenue_cents, fact.revenue_cents);
  }
}

TEST_P(FactsTest, SourcesThatReply) {
  std::map<std::string, SourceFact> counted;
  const SampleTable& emails = Of(Table::kEmailLog);
  for (size_t row = 0; row < emails.rows(); ++row) {
    size_t who = static_cast<size_t>(std::stoll(emails.Text(row, "candidate_id").substr(5))) - 1;
    SourceFact& source = counted[Of(Table::kCandidates).At(who, "source").value_or("unknown")];
    ++source.sent;
    source.opened += emails.Text(row, "opened") == "true";
    source.replied += emails.Text(row, "replied") == "true";
  }
  ASSERT_EQ(facts_.sources.size(), std::min<size_t>(5, counted.size()));
  for (const SourceFact& fact : facts_.sources) {
    EXPECT_EQ(fact.sent, counted[fact.source].sent) << fact.source;
    EXPECT_EQ(fact.opened, counted[fact.source].opened) << fact.source;
    EXPECT_EQ(fact.replied, counted[fact.source].replied) << fact.source;
  }
  for (const auto& [source, fact] : counted)
    EXPECT_LE(fact.replied, facts_.sources.front().replied) << source;
}

TEST_P(FactsTest, ThePlantedPeopleAreUnique) {
  const SampleTable& candidates = Of(Table::kCandidates);
  std::vector<std::string> pairs;
  std::vector<std::string> phrases;
  for (size_t row = 0; row < candidates.rows(); ++row) {
    const std::string& skills = candidates.Text(row, "skills");
    bool a = skills.find(facts_.skill_pair.skill_a) != std::string::npos ||
             skills.find("cobol") != std::string::npos;
    bool b = skills.find(facts_.skill_pair.skill_b) != std::string::npos ||
             skills.find("phlebotomy") != std::string::npos;
    if (a && b) pairs.push_back(candidates.Text(row, "candidate_id"));
    if (candidates.Text(row, "resume_text").find(facts_.phrase.phrase) != std::string::npos)
      phrases.push_back(candidates.Text(row, "candidate_id"));
  }
  EXPECT_THAT(pairs, testing::ElementsAre(facts_.skill_pair.candidate_id));
  EXPECT_THAT(phrases, testing::ElementsAre(facts_.phrase.candidate_id));
}

INSTANTIATE_TEST_SUITE_P(Scales, FactsTest, testing::Values(1'000, 4'321, 25'000));

}  // namespace
}  // namespace lake::demo_data
