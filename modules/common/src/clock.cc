#include "lake/common/clock.h"

#include <algorithm>
#include <chrono>

#include "lake/common/digits.h"

namespace lake {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;

/// Reads the parts of a timestamp from left to right; the first miss makes everything after it a miss.
class TimestampReader {
 public:
  explicit TimestampReader(std::string_view text) : text_(text) {}

  int Digits(size_t count, int low, int high) {
    int number = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!AtDigit()) return Miss(low);
      number = number * 10 + (text_[at_++] - '0');
    }
    return number < low || number > high ? Miss(low) : number;
  }

  /// Consumes one character that is in `allowed` and returns it.
  char OneOf(std::string_view allowed) {
    if (at_ >= text_.size() || allowed.find(text_[at_]) == std::string_view::npos) {
      ok_ = false;
      return '\0';
    }
    return text_[at_++];
  }

  /// ".5" is half a second; digits beyond the sixth are dropped.
  int64_t FractionMicros() {
    constexpr size_t kMostDecimals = 9;
    if (at_ >= text_.size() || text_[at_] != '.') return 0;
    ++at_;
    int64_t micros = 0;
    size_t digits = 0;
    for (; AtDigit() && digits < kMostDecimals; ++digits, ++at_)
      if (digits < 6) micros = micros * 10 + (text_[at_] - '0');
    if (digits == 0) ok_ = false;
    for (size_t i = digits; i < 6; ++i) micros *= 10;
    return micros;
  }

  bool Finished() const { return ok_ && at_ == text_.size(); }

 private:
  bool AtDigit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
  int Miss(int instead) {
    ok_ = false;
    return instead;
  }

  std::string_view text_;
  size_t at_ = 0;
  bool ok_ = true;
};

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kSecondsPerDay = 86'400;

sys_days FirstOf(int year) { return sys_days(std::chrono::year(year) / std::chrono::January / 1); }

}  // namespace

std::string FormatTimestamp(Timestamp time) {
  const microseconds low = FirstOf(0).time_since_epoch();
  const microseconds high = FirstOf(10'000).time_since_epoch() - microseconds(1);
  const auto since_epoch = std::clamp(microseconds(time.micros), low, high);
  const auto day = std::chrono::floor<days>(since_epoch);
  const std::chrono::year_month_day date{sys_days(day)};
  const auto micros = static_cast<uint64_t>((since_epoch - day).count());
  const uint64_t seconds = micros / kMicrosPerSecond;
  std::string text;
  text.reserve(std::string_view("2026-11-21T08:43:00.123456Z").size());
  const auto add = [&text](uint64_t number, size_t width, char behind) {
    AppendDigits(number, width, &text);
    text.push_back(behind);
  };
  add(static_cast<uint64_t>(int(date.year())), 4, '-');
  add(unsigned(date.month()), 2, '-');
  add(unsigned(date.day()), 2, 'T');
  add(seconds / 3600, 2, ':');
  add(seconds / 60 % 60, 2, ':');
  add(seconds % 60, 2, '.');
  add(micros % kMicrosPerSecond, 6, 'Z');
  return text;
}

Result<Timestamp> ParseTimestamp(std::string_view text) {
  TimestampReader reader(text);
  const int year = reader.Digits(4, 0, 9999);
  reader.OneOf("-");
  const int month = reader.Digits(2, 1, 12);
  reader.OneOf("-");
  const int day = reader.Digits(2, 1, 31);
  reader.OneOf("Tt ");
  int64_t seconds = reader.Digits(2, 0, 23) * int64_t{3600};
  reader.OneOf(":");
  seconds += reader.Digits(2, 0, 59) * 60;
  reader.OneOf(":");
  seconds += reader.Digits(2, 0, 60);  // A leap second is the first moment of the next minute.
  const int64_t fraction = reader.FractionMicros();
  if (const char zone = reader.OneOf("Zz+-"); zone == '+' || zone == '-') {
    int64_t offset = reader.Digits(2, 0, 23) * int64_t{3600};
    reader.OneOf(":");
    offset += reader.Digits(2, 0, 59) * 60;
    seconds += zone == '+' ? -offset : offset;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (!reader.Finished() || !date.ok())
    return InvalidArgument("bad_timestamp", "expected a time such as 2026-11-21T08:43:00Z (RFC 3339)");
  seconds += sys_days(date).time_since_epoch().count() * kSecondsPerDay;
  return Timestamp{seconds * kMicrosPerSecond + fraction};
}

Timestamp SystemClock::Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{std::chrono::duration_cast<microseconds>(now).count()};
}

}  // namespace lake
