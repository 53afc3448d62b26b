// Goal: the tables are well-formed and agree with each other. Method: parse all of them strictly and follow
// every key.
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "resume.h"
#include "sample_tables.h"

namespace lake::demo_data {
namespace {

class TablesTest : public testing::TestWithParam<int64_t> {
 protected:
  TablesTest() : tables_(Scale{GetParam()}) {}

  const SampleTable& Of(Table table) const { return tables_.Of(table); }
  std::set<std::string> Keys(Table table, std::string_view column) const {
    std::set<std::string> keys;
    for (size_t row = 0; row < Of(table).rows(); ++row) keys.insert(Of(table).Text(row, column));
    return keys;
  }
  // Every value of `column` that is not null is one of `keys`.
  void ExpectRefers(Table table, std::string_view column, const std::set<std::string>& keys) const {
    for (size_t row = 0; row < Of(table).rows(); ++row)
      if (const Field& field = Of(table).At(row, column))
        ASSERT_TRUE(keys.contains(*field)) << TableName(table) << "." << column << " " << *field;
  }

  SampleTables tables_;
};

TEST_P(TablesTest, HaveTheirRowsAndColumns) {
  LAKE_ASSERT_OK_AND_ASSIGN(std::vector<TableInfo> infos, Tables({GetParam()}));
  for (const TableInfo& info : infos) {
    const SampleTable& table = Of(info.table);
    EXPECT_EQ(std::ssize(info.columns), std::ssize(table.header()));
    for (size_t column = 0; column < info.columns.size(); ++column)
      EXPECT_EQ(table.header()[column], std::string(info.columns[column].name));
    ASSERT_EQ(static_cast<int64_t>(table.rows()), info.rows) << info.name;
    for (size_t row = 0; row < table.rows(); ++row)
      ASSERT_EQ(table.record(row).size(), info.columns.size()) << info.name << " row " << row;
  }
}

TEST_P(TablesTest, ValuesHaveTheirTypes) {
  LAKE_ASSERT_OK_AND_ASSIGN(std::vector<TableInfo> infos, Tables({GetParam()}));
  auto shape = [](std::string_view type) -> std::string {
    if (type == "INTEGER") return "[0-9]+";
    if (type.starts_with("DECIMAL")) return "[0-9]+[.][0-9][0-9]";
    if (type == "DATE") return "[0-9]{4}-[01][0-9]-[0-3][0-9]";
    if (type == "TIMESTAMP") return "[0-9]{4}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]";
    if (type == "BOOLEAN") return "true|false";
    return {};
  };
  for (const TableInfo& info : infos)
    for (size_t column = 0; column < info.columns.size(); ++column) {
      std::string pattern = shape(info.columns[column].type);
      if (pattern.empty()) continue;
      testing::Matcher<const std::string&> matches = testing::MatchesRegex(pattern);
      for (size_t row = 0; row < Of(info.table).rows(); ++row)
        if (const Field& field = Of(info.table).record(row)[column])
          ASSERT_THAT(*field, matches) << info.name << "." << info.columns[column].name;
    }
}

TEST_P(TablesTest, KeysAreUniqueAndReferencesHold) {
  std::set<std::string> candidates = Keys(Table::kCandidates, "candidate_id");
  std::set<std::string> clients = Keys(Table::kClients, "client_id");
  std::set<std::string> jobs = Keys(Table::kJobOrders, "job_id");
  std::set<std::string> placements = Keys(Table::kPlacements, "placement_id");
  EXPECT_EQ(candidates.size(), Of(Table::kCandidates).rows());
  EXPECT_EQ(clients.size(), Of(Table::kClients).rows());
  EXPECT_EQ(jobs.size(), Of(Table::kJobOrders).rows());
  EXPECT_EQ(placements.size(), Of(Table::kPlacements).rows());
  EXPECT_TRUE(candidates.contains("CAND-000001"));
  ExpectRefers(Table::kJobOrders, "client_id", clients);
  ExpectRefers(Table::kPlacements, "job_id", jobs);
  ExpectRefers(Table::kPlacements, "candidate_id", candidates);
  ExpectRefers(Table::kTimesheets, "placement_id", placements);
  ExpectRefers(Table::kCallLog, "candidate_id", candidates);
  ExpectRefers(Table::kCallLog, "client_id", clients);
  ExpectRefers(Table::kEmailLog, "candidate_id", candidates);
  ExpectRefers(Table::kEmailLog, "client_id", clients);
}

TEST_P(TablesTest, CopiedKeysAgreeWithTheirSource) {
  const SampleTable& jobs = Of(Table::kJobOrders);
  const SampleTable& placements = Of(Table::kPlacements);
  const SampleTable& sheets = Of(Table::kTimesheets);
  for (size_t row = 0; row < placements.rows(); ++row) {
    size_t job = static_cast<size_t>(placements.Int(row, "job_id")) - 1;
    ASSERT_EQ(placements.At(row, "client_id"), jobs.At(job, "client_id"));
    ASSERT_GE(placements.Text(row, "start_date"), jobs.Text(job, "opened_on"));
  }
  for (size_t row = 0; row < sheets.rows(); ++row) {
    size_t placement = static_cast<size_t>(sheets.Int(row, "placement_id")) - 1;
    ASSERT_EQ(sheets.At(row, "client_id"), placements.At(placement, "client_id"));
    ASSERT_EQ(sheets.At(row, "candidate_id"), placements.At(placement, "candidate_id"));
    ASSERT_GT(sheets.Text(row, "week_ending"), placements.Text(placement, "start_date"));
  }
}

TEST_P(TablesTest, AmountsAreHoursTimesRate) {
  const SampleTable& placements = Of(Table::kPlacements);
  const SampleTable& sheets = Of(Table::kTimesheets);
  for (size_t row = 0; row < sheets.rows(); ++row) {
    size_t placement = static_cast<size_t>(sheets.Int(row, "placement_id")) - 1;
    int64_t half_hours = 2 * sheets.Hundredths(row, "hours") + 3 * sheets.Hundredths(row, "overtime_hours");
    int64_t exact = half_hours * placements.Hundredths(placement, "bill_rate");
    ASSERT_LE(std::abs(exact - 200 * sheets.Hundredths(row, "bill_amount")), 100);
    ASSERT_GT(sheets.Hundredths(row, "bill_amount"), sheets.Hundredths(row, "pay_amount"));
  }
}

TEST_P(TablesTest, NobodyWorksTwiceAtOnceAndPlacedMeansWorking) {
  const SampleTable& placements = Of(Table::kPlacements);
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> periods;
  std::set<std::string> working;
  for (size_t row = 0; row < placements.rows(); ++row) {
    const std::string& who = placements.Text(row, "candidate_id");
    const Field& end = placements.At(row, "end_date");
    ASSERT_EQ(placements.Text(row, "status") == "active", !end.has_value());
    periods[who].emplace_back(placements.Text(row, "start_date"), end.value_or("9999-12-31"));
    if (!end) working.insert(who);
  }
  for (auto& [who, times] : periods) {
    std::sort(times.begin(), times.end());
    for (size_t next = 1; next < times.size(); ++next)
      ASSERT_GT(times[next].first, times[next - 1].second) << who;
  }
  const SampleTable& candidates = Of(Table::kCandidates);
  for (size_t row = 0; row < candidates.rows(); ++row) {
    const std::string& who = candidates.Text(row, "candidate_id");
    ASSERT_EQ(candidates.Text(row, "status") == "placed", working.contains(who)) << who;
    if (candidates.Text(row, "status") == "blocked") ASSERT_FALSE(periods.contains(who)) << who;
  }
}

TEST_P(TablesTest, ResumesHaveTheirLengthAndAreNotAlike) {
  const SampleTable& candidates = Of(Table::kCandidates);
  std::set<std::string> different;
  for (size_t row = 0; row < candidates.rows(); ++row) {
    std::istringstream words(candidates.Text(row, "resume_text"));
    std::string word;
    int count = 0;
    while (words >> word) ++count;
    ASSERT_GE(count, kFewestWords) << candidates.Text(row, "resume_text");
    ASSERT_LE(count, kMostWords) << candidates.Text(row, "resume_text");
    different.insert(candidates.Text(row, "resume_text"));
  }
  EXPECT_GE(different.size() * 100, candidates.rows() * 99);
}

TEST_P(TablesTest, ACallIsWithACandidateOrAClient) {
  const SampleTable& calls = Of(Table::kCallLog);
  for (size_t row = 0; row < calls.rows(); ++row) {
    ASSERT_NE(calls.At(row, "candidate_id").has_value(), calls.At(row, "client_id").has_value());
    if (row > 0) ASSERT_GE(calls.Text(row, "called_at"), calls.Text(row - 1, "called_at"));
  }
}

INSTANTIATE_TEST_SUITE_P(Scales, TablesTest, testing::Values(1'000, 1'237, 20'000));

TEST(DirtyValuesTest, AreThere) {
  SampleTables tables(Scale{60'000});
  const SampleTable& candidates = tables.Of(Table::kCandidates);
  std::map<std::string, int> seen;
  for (size_t row = 0; row < candidates.rows(); ++row) {
    seen["no e-mail"] += !candidates.At(row, "email").has_value();
    seen["no phone"] += !candidates.At(row, "phone").has_value();
    seen["no salary"] += !candidates.At(row, "desired_salary").has_value();
    seen["city with space"] += candidates.Text(row, "city").ends_with(' ');
    seen["city in capitals"] += candidates.Text(row, "city") == "CHICAGO";
    seen["dotted phone"] += candidates.Text(row, "phone").find('.') != std::string::npos;
    seen["accent"] += candidates.Text(row, "last_name").find("\u00e9") != std::string::npos;
    seen["leading zero"] += candidates.Text(row, "zip").starts_with('0');
    seen["quote in resume"] += candidates.Text(row, "resume_text").find('"') != std::string::npos;
    seen["line in resume"] += candidates.Text(row, "resume_text").find('\n') != std::string::npos;
  }
  const SampleTable& calls = tables.Of(Table::kCallLog);
  for (size_t row = 0; row < calls.rows(); ++row)
    seen["line in notes"] += calls.Text(row, "notes").find('\n') != std::string::npos;
  for (const auto& [what, times] : seen) EXPECT_GT(times, 0) << what;
}

}  // namespace
}  // namespace lake::demo_data
