// Goal: a cron expression names the minutes that cron would run at, and a wrong one is refused with its
// field. Method: tables of expressions with the minutes that follow; all minutes of one year against a second
// reading of the rule.
#include "lake/common/cron.h"

#include <gmock/gmock.h>

#include <array>

#include "lake/common_testing/result_matchers.h"

namespace lake {
namespace {

std::string Next(std::string_view expression, std::string_view after) {
  const Result<CronSchedule> schedule = CronSchedule::Parse(expression);
  if (!schedule.ok()) return schedule.error().ToString();
  const std::optional<Timestamp> next = schedule->NextAfter(*ParseTimestamp(after));
  return next ? FormatTimestamp(*next).substr(0, 16) : "never";
}

TEST(CronTest, NamesTheNextMinute) {
  EXPECT_EQ(Next("* * * * *", "2026-11-22T10:00:00Z"), "2026-11-22T10:01");
  EXPECT_EQ(Next("* * * * *", "2026-11-22T10:00:59.999999Z"), "2026-11-22T10:01");
  EXPECT_EQ(Next("0 3 * * *", "2026-11-22T03:00:00Z"), "2026-11-23T03:00");
  EXPECT_EQ(Next("0 3 * * *", "2026-11-22T02:59:59Z"), "2026-11-22T03:00");
  EXPECT_EQ(Next("*/15 8-18/2 * * *", "2026-11-22T10:45:00Z"), "2026-11-22T12:00");
  EXPECT_EQ(Next("50/5 * * * *", "2026-11-22T10:50:00Z"), "2026-11-22T10:55");
  EXPECT_EQ(Next("1,31 23 31 12 *", "2026-12-31T23:01:00Z"), "2026-12-31T23:31");
  EXPECT_EQ(Next("0 0 1 jan *", "2026-11-22T00:00:00Z"), "2027-01-01T00:00");
  EXPECT_EQ(Next("0 0 29 2 *", "2026-11-22T00:00:00Z"), "2028-02-29T00:00");
  EXPECT_EQ(Next("0 0 29 feb *", "2096-03-01T00:00:00Z"), "2104-02-29T00:00");
  EXPECT_EQ(Next("0 0 31 2,4,6 *", "2026-11-22T00:00:00Z"), "never");
}

// 2026-11-22 is a Sunday.
TEST(CronTest, KnowsWeeks) {
  EXPECT_EQ(Next("30 2 * * mon-fri", "2026-11-20T02:30:00Z"), "2026-11-23T02:30");
  EXPECT_EQ(Next("0 12 * * 7", "2026-11-21T12:00:00Z"), "2026-11-22T12:00");
  EXPECT_EQ(Next("0 12 * * SUN", "2026-11-21T12:00:00Z"), "2026-11-22T12:00");
  EXPECT_EQ(Next("0 12 * * 5-7", "2026-11-22T12:00:00Z"), "2026-11-27T12:00");
  // Either of two restricted days.
  EXPECT_EQ(Next("0 0 13 * fri", "2026-11-22T00:00:00Z"), "2026-11-27T00:00");
  EXPECT_EQ(Next("0 0 13 * fri", "2026-12-11T00:00:00Z"), "2026-12-13T00:00");
}

TEST(CronTest, RefusesWhatIsNone) {
  for (const std::string_view wrong :
       {"",           "* * * *",     "* * * * * *", "60 * * * *",  "* 24 * * *",  "* * 0 * *",
        "* * 32 * *", "* * * 13 *",  "* * * * 8",   "5-1 * * * *", "*/0 * * * *", "*/ * * * *",
        "a * * * *",  "1- * * * *",  "-1 * * * *",  ", * * * *",   "1,, * * * *", "* * * january *",
        "@daily",     "1.5 * * * *", "*5 * * * *"}) {
    EXPECT_THAT(CronSchedule::Parse(wrong), IsError(ErrorCode::kInvalidArgument, "bad_cron")) << wrong;
  }
}

TEST(CronTest, SaysWhichField) {
  EXPECT_THAT(CronSchedule::Parse("* 25 * * *").error().message(),
              testing::HasSubstr("'25' is no hour of a cron expression (0 to 23)"));
}

/// The same rule, minute by minute.
TEST(CronTest, MissesAndInventsNoMinute) {
  LAKE_ASSERT_OK_AND_ASSIGN(const CronSchedule schedule, CronSchedule::Parse("7,37 5-6 10-20/5 * tue,sat"));
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  Timestamp next = *ParseTimestamp("2026-12-31T23:59:00Z");
  int weekday = 5;  // 2027-01-01 is a Friday.
  for (int month = 1; month <= 12; ++month) {
    for (int day = 1; day <= kDays[static_cast<size_t>(month - 1)]; ++day, weekday = (weekday + 1) % 7) {
      if (day != 10 && day != 15 && day != 20 && weekday != 2 && weekday != 6) continue;
      for (const std::string_view time : {"05:07", "05:37", "06:07", "06:37"}) {
        const std::optional<Timestamp> found = schedule.NextAfter(next);
        ASSERT_TRUE(found.has_value());
        ASSERT_EQ(FormatTimestamp(*found).substr(0, 16),
                  fmt::format("2027-{:02}-{:02}T{}", month, day, time));
        next = *found;
      }
    }
  }
}

}  // namespace
}  // namespace lake
