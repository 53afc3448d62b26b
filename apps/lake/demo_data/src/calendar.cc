#include "calendar.h"

#include <algorithm>
#include <array>

#include "lake/common/check.h"

namespace lake::demo_data {
namespace {

constexpr std::array<int32_t, 12> kMonthPercent = {112, 104, 108, 100, 102, 96, 84, 92, 112, 110, 90, 70};
constexpr std::array<int32_t, 7> kWeekdayWeight = {112, 118, 115, 108, 92, 6, 2};  // From Monday.

// Business grows by half over the three years.
int32_t GrowthPercent(Day day) { return 80 + 40 * (day - DayOf(2022, 11, 1)) / (kAsOf - DayOf(2022, 11, 1)); }

int32_t SeasonPercent(Day day) { return kMonthPercent[static_cast<unsigned>(CivilOf(day).month()) - 1]; }

size_t WeekdayOf(Day day) {
  return std::chrono::weekday(std::chrono::sys_days(std::chrono::days(day))).iso_encoding() - 1;
}

bool IsHoliday(Day day) {
  auto civil = CivilOf(day);
  auto month = static_cast<unsigned>(civil.month());
  auto date = static_cast<unsigned>(civil.day());
  if ((month == 1 && date == 1) || (month == 7 && date == 4) || (month == 12 && date == 25)) return true;
  constexpr size_t kThursday = 3;
  return month == 11 && WeekdayOf(day) == kThursday && date >= 22 && date <= 28;
}

}  // namespace

DaySpread::DaySpread(Day first, std::span<const int32_t> weights, int64_t rows) : first_(first) {
  int64_t total = 0;
  for (int32_t weight : weights) total += weight;
  LAKE_CHECK(total > 0);
  first_row_.reserve(weights.size() + 1);
  int64_t before = 0;
  for (int32_t weight : weights) {
    first_row_.push_back(rows * before / total);
    before += weight;
  }
  first_row_.push_back(rows);
}

size_t DaySpread::IndexOfRow(int64_t row) const {
  auto after = std::upper_bound(first_row_.begin(), first_row_.end(), row);
  return static_cast<size_t>(after - first_row_.begin()) - 1;
}

Day DaySpread::DayOfRow(int64_t row) const { return first_ + static_cast<Day>(IndexOfRow(row)); }

SecondOfTime DaySpread::TimeOfRow(int64_t row, uint32_t jitter) const {
  constexpr int64_t kOpening = 7 * 3600 + 1800;
  constexpr int64_t kOfficeSeconds = 10 * 3600 + 1800;
  size_t index = IndexOfRow(row);
  int64_t count = first_row_[index + 1] - first_row_[index];
  int64_t slot = std::max<int64_t>(1, kOfficeSeconds / count);
  int64_t second = kOfficeSeconds * (row - first_row_[index]) / count + jitter % slot;
  return (first_ + static_cast<int64_t>(index)) * kSecondsPerDay + kOpening + second;
}

std::vector<int32_t> OfficeDayWeights(Day first, Day last) {
  std::vector<int32_t> weights;
  for (Day day = first; day <= last; ++day) {
    int32_t weekday = IsHoliday(day) ? 1 : kWeekdayWeight[WeekdayOf(day)];
    weights.push_back(weekday * SeasonPercent(day) * GrowthPercent(day) / 100);
  }
  return weights;
}

std::vector<int32_t> WeekWeights(Day first_monday, int32_t weeks) {
  std::vector<int32_t> weights;
  for (int32_t week = 0; week < weeks; ++week) {
    Day monday = first_monday + week * kDaysPerWeek;
    weights.push_back(SeasonPercent(monday) * GrowthPercent(monday));
  }
  return weights;
}

}  // namespace lake::demo_data
