#include "lake/common/cron.h"

#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "lake/common/fold.h"

namespace lake {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// One of the five.
struct Field {
  std::string_view name;
  unsigned least = 0;
  unsigned most = 0;
  std::span<const std::string_view> words = {};  ///< Of `least` and on.
};

constexpr std::array<Field, 5> kFields = {{{"minute", 0, 59},
                                           {"hour", 0, 23},
                                           {"day of the month", 1, 31},
                                           {"month", 1, 12, kMonths},
                                           {"day of the week", 0, 7, kWeekdays}}};

Error BadField(const Field& field, std::string_view text) {
  return InvalidArgument("bad_cron", "'{}' is no {} of a cron expression ({} to {})", text.substr(0, 40),
                         field.name, field.least, field.most);
}

Result<unsigned> ReadNumber(const Field& field, std::string_view text) {
  for (size_t i = 0; i < field.words.size(); ++i)
    if (SameFolded(text, field.words[i])) return field.least + static_cast<unsigned>(i);
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number < field.least ||
      number > field.most)
    return BadField(field, text);
  return number;
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> pieces;
  for (size_t end = text.find(at); end != std::string_view::npos; end = text.find(at)) {
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  pieces.push_back(text);
  return pieces;
}

/// One of a list: "*", "5", "8-18", "*/15", "8-18/2", "5/20" (from 5 on).
Result<std::vector<unsigned>> ReadItem(const Field& field, std::string_view item) {
  const size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  unsigned step = 1;
  if (slash != std::string_view::npos) {
    const std::string_view text = item.substr(slash + 1);
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (failed != std::errc() || end != text.data() + text.size() || step == 0) return BadField(field, item);
  }
  unsigned first = field.least;
  unsigned last = field.most;
  if (const size_t dash = range.find('-'); dash != std::string_view::npos) {
    LAKE_ASSIGN_OR_RETURN(first, ReadNumber(field, range.substr(0, dash)));
    LAKE_ASSIGN_OR_RETURN(last, ReadNumber(field, range.substr(dash + 1)));
    if (first > last) return BadField(field, item);
  } else if (range != "*") {
    LAKE_ASSIGN_OR_RETURN(first, ReadNumber(field, range));
    if (slash == std::string_view::npos) last = first;
  }
  std::vector<unsigned> numbers;
  for (unsigned number = first; number <= last; number += step) numbers.push_back(number);
  return numbers;
}

template <size_t n>
Status ReadField(const Field& field, std::string_view text, std::bitset<n>* set) {
  for (const std::string_view item : Split(text, ',')) {
    LAKE_ASSIGN_OR_RETURN(const std::vector<unsigned> numbers, ReadItem(field, item));
    for (const unsigned number : numbers) set->set(number % n);  // 7 is Sunday, too.
  }
  return {};
}

}  // namespace

Result<CronSchedule> CronSchedule::Parse(std::string_view expression) {
  std::vector<std::string_view> fields;
  for (const std::string_view field : Split(expression, ' '))
    if (!field.empty()) fields.push_back(field);
  if (fields.size() != kFields.size())
    return InvalidArgument("bad_cron",
                           "a cron expression has five fields (minute, hour, day of the month, month, day of "
                           "the week); this has {}",
                           fields.size());
  CronSchedule schedule;
  LAKE_RETURN_IF_ERROR(ReadField(kFields[0], fields[0], &schedule.minutes_));
  LAKE_RETURN_IF_ERROR(ReadField(kFields[1], fields[1], &schedule.hours_));
  LAKE_RETURN_IF_ERROR(ReadField(kFields[2], fields[2], &schedule.days_));
  LAKE_RETURN_IF_ERROR(ReadField(kFields[3], fields[3], &schedule.months_));
  LAKE_RETURN_IF_ERROR(ReadField(kFields[4], fields[4], &schedule.weekdays_));
  schedule.every_day_ = fields[2].starts_with('*');
  schedule.every_weekday_ = fields[4].starts_with('*');
  return schedule;
}

bool CronSchedule::NamesDay(unsigned day, unsigned weekday) const {
  if (every_day_ || every_weekday_) return days_.test(day) && weekdays_.test(weekday);
  return days_.test(day) || weekdays_.test(weekday);
}

std::optional<Timestamp> CronSchedule::NextAfter(Timestamp time) const {
  using std::chrono::days;
  using std::chrono::minutes;
  constexpr int kMostDays = 8 * 366 + 1;
  const std::chrono::sys_time<std::chrono::microseconds> after{std::chrono::microseconds(time.micros)};
  const auto first = std::chrono::floor<minutes>(after) + minutes(1);
  auto day = std::chrono::floor<days>(first);
  auto in_day = std::chrono::duration_cast<minutes>(first - day).count();
  for (int tried = 0; tried < kMostDays; ++tried, day += days(1), in_day = 0) {
    const std::chrono::year_month_day date(day);
    const std::chrono::weekday weekday(day);
    if (!months_.test(static_cast<unsigned>(date.month())) ||
        !NamesDay(static_cast<unsigned>(date.day()), weekday.c_encoding()))
      continue;
    for (auto minute = in_day; minute < 24 * 60; ++minute) {
      if (!hours_.test(static_cast<size_t>(minute / 60)) || !minutes_.test(static_cast<size_t>(minute % 60)))
        continue;
      const auto found = day + minutes(minute);
      return Timestamp{
          std::chrono::duration_cast<std::chrono::microseconds>(found.time_since_epoch()).count()};
    }
  }
  return std::nullopt;
}

}  // namespace lake
