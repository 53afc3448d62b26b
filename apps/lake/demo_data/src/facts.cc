#include "lake/demo_data/facts.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "call.h"
#include "candidate.h"
#include "client.h"
#include "company.h"
#include "email.h"
#include "industries.h"
#include "job_order.h"
#include "people_names.h"
#include "placement.h"
#include "planted.h"
#include "roles.h"
#include "timesheet.h"

namespace lake::demo_data {
namespace {

constexpr size_t kListed = 5;
constexpr Day kQuarterStart = DayOf(2025, 4, 1);
constexpr Day kQuarterEnd = DayOf(2025, 7, 1);
constexpr int kListedYear = 2025;
constexpr unsigned kFirstListedMonth = 7;
constexpr Day kColdBefore = kAsOf - 90;
constexpr Day kNotCalled = 0;

std::string DateText(Day day) {
  std::string text;
  AppendDate(day, &text);
  return text;
}

template <class T, class Before>
void KeepBest(std::vector<T>* items, Before before) {
  std::sort(items->begin(), items->end(), before);
  if (items->size() > kListed) items->resize(kListed);
}

// Goes through every table once and adds up.
class Census {
 public:
  explicit Census(const Company& company)
      : company_(company), clients_(company.clients.size()), facts_{.rows = company.rows} {}

  Facts Take() && {
    Candidates();
    for (int64_t row = 0; row < company_.rows.Of(Table::kJobOrders); ++row)
      facts_.totals.open_job_orders += JobOrderOf(company_, row).state == OrderState::kOpen;
    Placements();
    Calls();
    Emails();
    RankClients();
    NameMonths();
    Planted();
    facts_.as_of = DateText(kAsOf);
    return std::move(facts_);
  }

 private:
  struct ClientSums {
    int64_t hours = 0;
    int64_t revenue = 0;
    int64_t timesheets = 0;
    Day last_call = kNotCalled;
  };

  void Candidates() {
    Totals& totals = facts_.totals;
    for (int64_t row = 0; row < company_.rows.Of(Table::kCandidates); ++row) {
      Standing standing = company_.candidates[static_cast<size_t>(row)].standing;
      totals.active_candidates += standing == Standing::kActive;
      totals.placed_candidates += standing == Standing::kPlaced;
      totals.blocked_candidates += standing == Standing::kBlocked;
      totals.inactive_candidates += standing == Standing::kInactive;
      Candidate candidate = CandidateOf(company_, row);
      totals.candidates_without_email += !candidate.has_email;
      if (candidate.desired_salary_usd != kNone)
        totals.desired_salary_cents += int64_t{candidate.desired_salary_usd} * 100;
    }
  }

  void Placements() {
    std::vector<PlacementFact> at_top_client;
    std::map<std::string_view, std::pair<RecruiterFact, std::set<int32_t>>> recruiters;
    for (int64_t row = 0; row < company_.rows.Of(Table::kPlacements); ++row) {
      const PlacementTraits& placement = company_.placements[static_cast<size_t>(row)];
      int32_t client = company_.jobs[static_cast<size_t>(placement.job)].client;
      facts_.totals.active_placements += placement.assignment == Assignment::kRunning;
      for (int32_t week = 0; week < placement.weeks; ++week)
        Add(TimesheetOf(company_, static_cast<int32_t>(row), week), &clients_[static_cast<size_t>(client)]);
      if (client == company_.top_client) at_top_client.push_back(Describe(row));
      Day start = StartDate(company_, row);
      if (start < kQuarterStart || start >= kQuarterEnd) continue;
      auto& [fact, served] = recruiters[Recruiters()[placement.recruiter]];
      ++fact.placements;
      fact.margin_cents += placement.rates.bill_cents - placement.rates.pay_cents;
      served.insert(client);
    }
    facts_.top_client_placements = std::ssize(at_top_client);
    KeepBest(&at_top_client, [](const PlacementFact& a, const PlacementFact& b) {
      return std::pair(-a.bill_rate_cents, a.placement_id) < std::pair(-b.bill_rate_cents, b.placement_id);
    });
    facts_.best_placements_at_top_client = std::move(at_top_client);
    facts_.quarter_start = DateText(kQuarterStart);
    facts_.quarter_end = DateText(kQuarterEnd);
    for (auto& [name, found] : recruiters) {
      found.first.recruiter = name;
      found.first.clients = std::ssize(found.second);
      facts_.recruiters.push_back(found.first);
    }
    KeepBest(&facts_.recruiters, [](const RecruiterFact& a, const RecruiterFact& b) {
      return std::pair(-a.placements, a.recruiter) < std::pair(-b.placements, b.recruiter);
    });
  }

  PlacementFact Describe(int64_t row) const {
    const PlacementTraits& placement = company_.placements[static_cast<size_t>(row)];
    Candidate candidate = CandidateOf(company_, placement.candidate);
    PlacementFact fact;
    fact.placement_id = row + 1;
    fact.candidate_id = ToText(CandidateName(placement.candidate));
    fact.candidate_name.append(candidate.first_name).append(" ").append(candidate.last_name);
    fact.title = JobOrderOf(company_, placement.job).title;
    fact.start_date = DateText(StartDate(company_, row));
    fact.bill_rate_cents = placement.rates.bill_cents;
    return fact;
  }

  void Add(const Timesheet& sheet, ClientSums* client) {
    Totals& totals = facts_.totals;
    totals.hours_hundredths += sheet.hours;
    totals.overtime_hundredths += sheet.overtime;
    totals.bill_cents += sheet.bill_cents;
    totals.pay_cents += sheet.pay_cents;
    totals.approved_timesheets += sheet.approval == Approval::kApproved;
    totals.rejected_timesheets += sheet.approval == Approval::kRejected;
    totals.pending_timesheets += sheet.approval == Approval::kPending;
    client->hours += sheet.hours;
    client->revenue += sheet.bill_cents;
    ++client->timesheets;
    AddToMonth(sheet);
  }

  void AddToMonth(const Timesheet& sheet) {
    if (sheet.week_ending < DayOf(kListedYear, kFirstListedMonth, 1)) return;
    size_t index = static_cast<unsigned>(CivilOf(sheet.week_ending).month()) - kFirstListedMonth;
    if (facts_.last_months.size() <= index) facts_.last_months.resize(index + 1);
    facts_.last_months[index].hours_hundredths += sheet.hours;
    facts_.last_months[index].revenue_cents += sheet.bill_cents;
  }

  void Calls() {
    for (int64_t row = 0; row < company_.rows.Of(Table::kCallLog); ++row) {
      Call call = CallOf(company_, row);
      facts_.totals.call_secs += call.duration_secs;
      if (call.client < 0) continue;
      ++facts_.totals.calls_with_clients;
      clients_[static_cast<size_t>(call.client)].last_call = DayOfTime(call.called_at);
    }
  }

  void Emails() {
    std::map<std::string_view, SourceFact> sources;
    for (int64_t row = 0; row < company_.rows.Of(Table::kEmailLog); ++row) {
      Email email = EmailOf(company_, row);
      std::string_view source = CandidateOf(company_, email.candidate).source;
      SourceFact& fact = sources[source.empty() ? "unknown" : source];
      ++fact.sent;
      fact.opened += email.answer != Answer::kIgnored;
      fact.replied += email.answer == Answer::kReplied;
    }
    for (auto& [name, fact] : sources) {
      fact.source = name;
      facts_.totals.emails_opened += fact.opened;
      facts_.totals.emails_replied += fact.replied;
      facts_.sources.push_back(fact);
    }
    KeepBest(&facts_.sources, [](const SourceFact& a, const SourceFact& b) {
      return std::pair(-a.replied, a.source) < std::pair(-b.replied, b.source);
    });
  }

  ClientFact FactOf(int32_t client) const {
    const ClientSums& sums = clients_[static_cast<size_t>(client)];
    return {.client_id = ToText(ClientName(client)),
            .name = ClientTitle(company_, client),
            .hours_hundredths = sums.hours,
            .revenue_cents = sums.revenue,
            .timesheets = sums.timesheets,
            .last_call = sums.last_call == kNotCalled ? std::string() : DateText(sums.last_call)};
  }

  void RankClients() {
    std::vector<int32_t> order;
    for (size_t client = 0; client < clients_.size(); ++client)
      if (clients_[client].revenue > 0) order.push_back(static_cast<int32_t>(client));
    auto rank = [&](int32_t client) {
      return std::pair(-clients_[static_cast<size_t>(client)].revenue, client);
    };
    std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return rank(a) < rank(b); });
    for (int32_t client : order) {
      if (facts_.top_clients.size() < kListed) facts_.top_clients.push_back(FactOf(client));
      if (clients_[static_cast<size_t>(client)].last_call >= kColdBefore) continue;
      ++facts_.cold_client_count;
      if (facts_.cold_clients.size() < kListed) facts_.cold_clients.push_back(FactOf(client));
    }
    facts_.cold_before = DateText(kColdBefore);
    facts_.planted_cold_client = FactOf(company_.cold_client);
  }

  void NameMonths() {
    for (size_t index = 0; index < facts_.last_months.size(); ++index)
      facts_.last_months[index].month =
          DateText(DayOf(kListedYear, kFirstListedMonth + static_cast<unsigned>(index), 1));
    std::erase_if(facts_.last_months, [](const MonthFact& month) { return month.hours_hundredths == 0; });
  }

  void Planted() {
    int64_t pair_row = SkillPairRow(company_.rows.Of(Table::kCandidates));
    Candidate pair = CandidateOf(company_, pair_row);
    facts_.skill_pair = {.candidate_id = ToText(CandidateName(pair_row)),
                         .first_name = std::string(pair.first_name),
                         .last_name = std::string(pair.last_name),
                         .skill_a = std::string(kPlantedSkillA),
                         .skill_b = std::string(kPlantedSkillB)};
    facts_.phrase = {.candidate_id = ToText(CandidateName(PhraseRow(company_.rows.Of(Table::kCandidates)))),
                     .phrase = std::string(kUniquePhrase)};
  }

  const Company& company_;
  std::vector<ClientSums> clients_;
  Facts facts_;
};

}  // namespace

Result<Facts> ComputeFacts(Scale scale) {
  LAKE_ASSIGN_OR_RETURN(Company company, FoundCompany(scale));
  return Census(company).Take();
}

}  // namespace lake::demo_data
