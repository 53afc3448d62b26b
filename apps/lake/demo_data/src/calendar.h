// The three years the sample company has lived, day by day: busy Mondays, quiet Decembers, growth.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace lake::demo_data {

using Day = int32_t;           ///< Since 1970-01-01.
using SecondOfTime = int64_t;  ///< Since 1970-01-01 00:00:00, in the company's own time zone.

constexpr Day DayOf(int year, unsigned month, unsigned day) {
  return static_cast<Day>(
      std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day))
          .time_since_epoch()
          .count());
}
constexpr std::chrono::year_month_day CivilOf(Day day) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(day)));
}

inline constexpr Day kFirstDay = DayOf(2023, 1, 2);  ///< A Monday.
inline constexpr Day kAsOf = DayOf(2025, 12, 31);    ///< "Today" in the data; nothing is later but plans.
inline constexpr Day kDaysPerWeek = 7;
inline constexpr SecondOfTime kSecondsPerDay = 86'400;

constexpr Day DayOfTime(SecondOfTime time) { return static_cast<Day>(time / kSecondsPerDay); }

/// Rows 0 … rows−1 laid over consecutive days in proportion to the days' weights, in order.
class DaySpread {
 public:
  DaySpread(Day first, std::span<const int32_t> weights, int64_t rows);

  Day DayOfRow(int64_t row) const;
  /// An office hour of that row's day; later rows of a day are not earlier. `jitter` is any number.
  SecondOfTime TimeOfRow(int64_t row, uint32_t jitter) const;

 private:
  size_t IndexOfRow(int64_t row) const;

  Day first_;
  std::vector<int64_t> first_row_;  // Per day, and one past the end.
};

/// Weights for each day in [first, last]: season, growth, weekday, holidays.
std::vector<int32_t> OfficeDayWeights(Day first, Day last);
/// Weights for `weeks` weeks from a Monday: season and growth.
std::vector<int32_t> WeekWeights(Day first_monday, int32_t weeks);

}  // namespace lake::demo_data
