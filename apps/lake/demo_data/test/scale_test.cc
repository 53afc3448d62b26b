// Goal: every scale adds up exactly and no table is ever empty. Method: many totals, and the edges of the
// range.
#include "lake/demo_data/scale.h"

#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/demo_data/tables.h"

namespace lake::demo_data {
namespace {

TEST(ScaleTest, TheFullScaleIsTheOneInTheManual) {
  LAKE_ASSERT_OK_AND_ASSIGN(RowCounts rows, CountRows(kFullScale));
  EXPECT_EQ(rows.Of(Table::kCandidates), 100'000);
  EXPECT_EQ(rows.Of(Table::kClients), 2'000);
  EXPECT_EQ(rows.Of(Table::kJobOrders), 15'000);
  EXPECT_EQ(rows.Of(Table::kPlacements), 50'000);
  EXPECT_EQ(rows.Of(Table::kTimesheets), 1'000'000);
  EXPECT_EQ(rows.Of(Table::kCallLog), 800'000);
  EXPECT_EQ(rows.Of(Table::kEmailLog), 502'278);
}

TEST(ScaleTest, TheTotalIsExactAtEveryScale) {
  for (int64_t total = kMinTotalRows; total < kMaxTotalRows; total += total / 7 + 1) {
    LAKE_ASSERT_OK_AND_ASSIGN(RowCounts rows, CountRows({total}));
    ASSERT_EQ(rows.total(), total);
    for (Table table : kTables) ASSERT_GE(rows.Of(table), 20) << TableName(table) << " of " << total;
  }
}

TEST(ScaleTest, TenTimesTheDataIsTenTimesEveryTable) {
  LAKE_ASSERT_OK_AND_ASSIGN(RowCounts rows, CountRows({10 * kFullScale.total_rows}));
  EXPECT_EQ(rows.Of(Table::kCandidates), 1'000'000);
  EXPECT_EQ(rows.Of(Table::kEmailLog), 5'022'780);
}

TEST(ScaleTest, RefusesWhatIsTooSmallOrTooLarge) {
  EXPECT_THAT(CountRows({kMinTotalRows - 1}), IsError(ErrorCode::kInvalidArgument, "bad_scale"));
  EXPECT_THAT(CountRows({-1}), IsError(ErrorCode::kInvalidArgument, "bad_scale"));
  EXPECT_THAT(CountRows({kMaxTotalRows + 1}), IsError(ErrorCode::kInvalidArgument, "bad_scale"));
  EXPECT_THAT(CountRows({kMinTotalRows}), IsOk());
  EXPECT_THAT(CountRows({kMaxTotalRows}), IsOk());
}

TEST(ScaleTest, CandidatesHaveTheFifteenColumns) {
  LAKE_ASSERT_OK_AND_ASSIGN(std::vector<TableInfo> tables, Tables(kFullScale));
  ASSERT_EQ(tables.size(), kTables.size());
  std::vector<std::string_view> names;
  for (const Column& column : tables.front().columns) names.push_back(column.name);
  EXPECT_THAT(names, testing::ElementsAre("candidate_id", "first_name", "last_name", "email", "phone", "city",
                                          "state", "zip", "skills", "status", "source", "years_experience",
                                          "desired_salary", "available_from", "resume_text"));
}

}  // namespace
}  // namespace lake::demo_data
