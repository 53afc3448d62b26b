#include "time_form.h"

#include <algorithm>

#include "cell_text.h"

namespace lake::ingest {
namespace {

constexpr size_t kMicrosecondDigits = 6;

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Whether there is any digit but zeros.
bool SaysMoreThanZero(std::string_view part) {
  return std::ranges::any_of(part, [](char c) { return IsDigit(c) && c != '0'; });
}

bool IsOffset(std::string_view zone) {
  if (zone.empty() || zone == "Z" || zone == "z" || zone == "UTC") return false;
  return IsLetter(zone.front()) || SaysMoreThanZero(zone);
}

}  // namespace

TimeForm TimeFormOf(std::string_view cell) {
  cell = WithoutBlanks(cell);
  if (std::ranges::none_of(cell, IsDigit)) return {};
  // A date ends at a blank or a T; what has neither but colons is a time alone.
  size_t date_end = cell.find_first_of(" Tt");
  if (date_end == std::string_view::npos)
    date_end = cell.find(':') == std::string_view::npos ? cell.size() : 0;
  else if (cell.substr(0, date_end).find(':') != std::string_view::npos)
    date_end = 0;  // "10:00:00 +02"
  const std::string_view date = cell.substr(0, date_end);
  const std::string_view rest = cell.substr(std::min(cell.size(), date_end == 0 ? 0 : date_end + 1));
  const auto clock_end =
      std::ranges::find_if(rest, [](char c) { return c == '+' || c == '-' || IsLetter(c); });
  const std::string_view clock = rest.substr(0, static_cast<size_t>(clock_end - rest.begin()));
  const std::string_view zone = rest.substr(clock.size());
  TimeForm form = {.has_both = !date.empty() && std::ranges::any_of(clock, IsDigit),
                   .has_time = SaysMoreThanZero(clock),
                   .has_offset = IsOffset(zone)};
  if (const size_t point = clock.find('.'); point != std::string_view::npos) {
    const std::string_view fraction = clock.substr(point + 1);
    form.too_fine =
        fraction.size() > kMicrosecondDigits && SaysMoreThanZero(fraction.substr(kMicrosecondDigits));
  }
  return form;
}

}  // namespace lake::ingest
