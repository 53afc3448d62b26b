#include "value_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace lake::engine {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr size_t kMaxNumber = 40;  // The longest double takes 24 characters, the longest 64-bit integer 20.
constexpr std::array<int64_t, 19> kPowersOfTen = {1,
                                                  10,
                                                  100,
                                                  1'000,
                                                  10'000,
                                                  100'000,
                                                  1'000'000,
                                                  10'000'000,
                                                  100'000'000,
                                                  1'000'000'000,
                                                  10'000'000'000,
                                                  100'000'000'000,
                                                  1'000'000'000'000,
                                                  10'000'000'000'000,
                                                  100'000'000'000'000,
                                                  1'000'000'000'000'000,
                                                  10'000'000'000'000'000,
                                                  100'000'000'000'000'000,
                                                  1'000'000'000'000'000'000};

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

char* PutTwo(uint32_t value, char* at) {
  std::memcpy(at, &kPairs[2 * value], 2);
  return at + 2;
}

template <class Number>
char* PutShortest(Number value, char* at) {
  return std::to_chars(at, at + kMaxNumber, value).ptr;
}

/// `value` with exactly `width` digits; it has no more.
char* PutPadded(uint64_t value, size_t width, char* at) {
  for (size_t i = width; i > 0; --i) {
    at[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return at + width;
}

char* PutText(std::string_view text, char* at) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

struct FlooredDivision {
  int64_t quotient;
  int64_t remainder;  // 0 ≤ remainder < divisor.
};

FlooredDivision DivideFloor(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  const int64_t remainder = value % divisor;
  return remainder < 0 ? FlooredDivision{quotient - 1, remainder + divisor}
                       : FlooredDivision{quotient, remainder};
}

/// By `seconds` in 10^-digits seconds. Microseconds are what columns have: a constant divisor is five times
/// as fast.
template <int64_t seconds>
FlooredDivision DivideByUnit(int64_t units, int digits) {
  if (digits == 6) return DivideFloor(units, seconds * 1'000'000);
  return DivideFloor(units, seconds * kPowersOfTen[static_cast<size_t>(digits)]);
}

/// An unscaled number with `scale` decimals after the point.
char* PutDecimal(uint64_t magnitude, int scale, char* at) {
  if (scale == 0) return PutShortest(magnitude, at);
  const auto power = static_cast<uint64_t>(kPowersOfTen[static_cast<size_t>(scale)]);
  at = PutShortest(magnitude / power, at);
  *at++ = '.';
  return PutPadded(magnitude % power, static_cast<size_t>(scale), at);
}

/// Writes doubles such as prices, with at most four decimals, without the general algorithm; null when
/// `value` is not such. A decimal of at most 15 digits that reads back to a double is its shortest text but
/// for zeros at the end.
char* PutShortDecimal(double value, char* at) {
  constexpr double kScale = 10'000;
  const double scaled = value * kScale;
  if (!(std::abs(scaled) < 1e15)) return nullptr;
  const auto unscaled = static_cast<int64_t>(std::nearbyint(scaled));
  if (static_cast<double>(unscaled) / kScale != value || (unscaled == 0 && std::signbit(value)))
    return nullptr;
  if (unscaled < 0) *at++ = '-';
  at = PutDecimal(static_cast<uint64_t>(std::abs(unscaled)), 4, at);
  while (at[-1] == '0' && at[-2] != '.') --at;
  return at;
}

template <class Number>
char* PutFinite(Number value, char* at) {
  if constexpr (std::is_same_v<Number, double>)
    if (char* end = PutShortDecimal(value, at)) return end;
  char* end = PutShortest(value, at);
  // "1" would read back as an integer.
  if (std::string_view(at, static_cast<size_t>(end - at)).find_first_of(".e") == std::string_view::npos)
    end = PutText(".0", end);
  return end;
}

template <class Number>
char* PutFloating(Number value, char* at) {
  if (std::isfinite(value)) return PutFinite(value, at);
  return PutText(std::isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity", at);
}

char* PutDate(int64_t days, char* at) {
  // Howard Hinnant's civil_from_days: exact in the proleptic Gregorian calendar.
  const auto [era, remainder] = DivideFloor(days + 719'468, 146'097);
  const auto day_of_era = static_cast<uint32_t>(remainder);
  const uint32_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t shifted_month = (5 * day_of_year + 2) / 153;
  const uint32_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const uint32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  if (year >= 0 && year <= 9'999) {
    at = PutTwo(static_cast<uint32_t>(year) / 100, at);
    at = PutTwo(static_cast<uint32_t>(year) % 100, at);
  } else {
    *at++ = year < 0 ? '-' : '+';
    const auto magnitude = static_cast<uint64_t>(std::abs(year));
    at = magnitude < 10'000 ? PutPadded(magnitude, 4, at) : PutShortest(magnitude, at);
  }
  *at++ = '-';
  at = PutTwo(month, at);
  *at++ = '-';
  return PutTwo(day, at);
}

char* PutTime(int64_t units, int digits, char* at) {
  const auto [total, fraction] = DivideByUnit<1>(units, digits);
  const auto seconds = static_cast<uint32_t>(total);
  at = PutTwo(seconds / 3'600, at);
  *at++ = ':';
  at = PutTwo(seconds / 60 % 60, at);
  *at++ = ':';
  at = PutTwo(seconds % 60, at);
  if (fraction == 0) return at;
  *at++ = '.';
  return PutPadded(static_cast<uint64_t>(fraction), static_cast<size_t>(digits), at);
}

/// One part of an interval, e.g. "3D"; nothing when it is zero.
char* PutPart(int64_t count, char unit, char* at) {
  if (count == 0) return at;
  at = PutShortest(count, at);
  *at++ = unit;
  return at;
}

char* PutHex(uint64_t value, int digits, char* at) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    *at++ = "0123456789abcdef"[(value >> shift) & 15];
  return at;
}

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

constexpr uint64_t BytesEqual(uint64_t word, char byte) {
  const uint64_t difference = word ^ (kOnes * static_cast<unsigned char>(byte));
  return (difference - kOnes) & ~difference & kHighs;
}
constexpr uint64_t BytesBelow(uint64_t word, uint64_t bound) {
  return (word - kOnes * bound) & ~word & kHighs;
}

struct JsonSpecial {
  static uint64_t InWord(uint64_t word) {
    return BytesBelow(word, 0x20) | BytesEqual(word, '"') | BytesEqual(word, '\\');
  }
  static bool Is(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == '"' || byte == '\\'; }
};
struct CsvSpecial {
  static uint64_t InWord(uint64_t word) {
    return BytesEqual(word, ',') | BytesEqual(word, '"') | BytesEqual(word, '\r') | BytesEqual(word, '\n');
  }
  static bool Is(char byte) { return byte == ',' || byte == '"' || byte == '\r' || byte == '\n'; }
};

/// The length of the part at the start of `text` without special characters, eight bytes at a time.
template <class Special>
size_t PlainPrefix(std::string_view text) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    if (Special::InWord(word) != 0) break;
  }
  while (at < text.size() && !Special::Is(text[at])) ++at;
  return at;
}

char* PutEscaped(char character, char* at) {
  switch (character) {
    case '"':
      return PutText("\\\"", at);
    case '\\':
      return PutText("\\\\", at);
    case '\n':
      return PutText("\\n", at);
    case '\r':
      return PutText("\\r", at);
    case '\t':
      return PutText("\\t", at);
    default:
      return PutHex(static_cast<unsigned char>(character), 4, PutText("\\u", at));
  }
}

}  // namespace

void AppendInteger(int64_t value, TextBuffer* out) { out->End(PutShortest(value, out->Reserve(kMaxNumber))); }
void AppendInteger(uint64_t value, TextBuffer* out) {
  out->End(PutShortest(value, out->Reserve(kMaxNumber)));
}

void AppendInteger(UInt128 value, TextBuffer* out) {
  constexpr uint64_t kChunk = 1'000'000'000'000'000'000u;
  if (value < kChunk) return AppendInteger(static_cast<uint64_t>(value), out);
  AppendInteger(value / kChunk, out);
  out->End(PutPadded(static_cast<uint64_t>(value % kChunk), 18, out->Reserve(kMaxNumber)));
}

void AppendInteger(Int128 value, TextBuffer* out) {
  const auto magnitude = static_cast<UInt128>(value);
  if (value < 0) out->Push('-');
  AppendInteger(value < 0 ? -magnitude : magnitude, out);
}

void AppendFloating(float value, TextBuffer* out) { out->End(PutFloating(value, out->Reserve(kMaxNumber))); }
void AppendFloating(double value, TextBuffer* out) { out->End(PutFloating(value, out->Reserve(kMaxNumber))); }

void AppendDecimal(int64_t unscaled, int scale, TextBuffer* out) {
  char* at = out->Reserve(kMaxNumber);
  if (unscaled < 0) *at++ = '-';
  const auto magnitude = static_cast<uint64_t>(unscaled);
  out->End(PutDecimal(unscaled < 0 ? -magnitude : magnitude, scale, at));
}

void AppendDecimal(Int128 unscaled, int scale, TextBuffer* out) {
  if (unscaled < 0) out->Push('-');
  const UInt128 magnitude = unscaled < 0 ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  UInt128 power = 1;
  for (int i = 0; i < scale; ++i) power *= 10;
  AppendInteger(magnitude / power, out);
  if (scale == 0) return;
  char* at = out->Reserve(kMaxNumber + 1);
  *at++ = '.';
  UInt128 fraction = magnitude % power;
  for (int i = scale; i > 0; --i, fraction /= 10)
    at[i - 1] = static_cast<char>('0' + static_cast<int>(fraction % 10));
  out->End(at + scale);
}

void AppendDate(int64_t days, TextBuffer* out) { out->End(PutDate(days, out->Reserve(kMaxNumber))); }

void AppendTime(int64_t units, int digits, TextBuffer* out) {
  out->End(PutTime(units, digits, out->Reserve(kMaxNumber)));
}

void AppendTimestamp(int64_t units, int digits, TextBuffer* out) {
  const auto [days, of_day] = DivideByUnit<kSecondsPerDay>(units, digits);
  char* at = PutDate(days, out->Reserve(2 * kMaxNumber));
  *at++ = 'T';
  out->End(PutTime(of_day, digits, at));
}

void AppendUtcOffset(int32_t seconds, TextBuffer* out) {
  const auto magnitude = static_cast<uint32_t>(std::abs(seconds));
  char* at = out->Reserve(kMaxNumber);
  *at++ = seconds < 0 ? '-' : '+';
  at = PutTwo(magnitude / 3'600, at);
  *at++ = ':';
  at = PutTwo(magnitude / 60 % 60, at);
  if (magnitude % 60 != 0) {
    *at++ = ':';
    at = PutTwo(magnitude % 60, at);
  }
  out->End(at);
}

void AppendInterval(int32_t months, int32_t days, int64_t micros, TextBuffer* out) {
  char* at = out->Reserve(4 * kMaxNumber);
  *at++ = 'P';
  at = PutPart(months / 12, 'Y', at);
  at = PutPart(months % 12, 'M', at);
  at = PutPart(days, 'D', at);
  if (micros == 0) {
    if (months == 0 && days == 0) at = PutText("T0S", at);
    return out->End(at);
  }
  *at++ = 'T';
  const int64_t seconds = micros / 1'000'000;
  const int64_t fraction = std::abs(micros % 1'000'000);
  at = PutPart(seconds / 3'600, 'H', at);
  at = PutPart(seconds / 60 % 60, 'M', at);
  if (seconds % 60 != 0 || fraction != 0) {
    if (micros < 0) *at++ = '-';
    at = PutShortest(std::abs(seconds % 60), at);
    if (fraction != 0) {
      *at++ = '.';
      at = PutPadded(static_cast<uint64_t>(fraction), 6, at);
    }
    *at++ = 'S';
  }
  out->End(at);
}

void AppendUuid(uint64_t upper, uint64_t lower, TextBuffer* out) {
  char* at = PutHex(upper >> 32, 8, out->Reserve(kMaxNumber));
  *at++ = '-';
  at = PutHex(upper >> 16, 4, at);
  *at++ = '-';
  at = PutHex(upper, 4, at);
  *at++ = '-';
  at = PutHex(lower >> 48, 4, at);
  *at++ = '-';
  out->End(PutHex(lower, 12, at));
}

void AppendBase64(std::string_view bytes, TextBuffer* out) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char* at = out->Reserve((bytes.size() + 2) / 3 * 4);
  for (size_t start = 0; start < bytes.size(); start += 3) {
    const size_t left = bytes.size() - start;
    const auto byte = [&](size_t index) -> uint32_t {
      return index < left ? static_cast<unsigned char>(bytes[start + index]) : 0u;
    };
    const uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    *at++ = kDigits[group >> 18];
    *at++ = kDigits[group >> 12 & 63];
    *at++ = left > 1 ? kDigits[group >> 6 & 63] : '=';
    *at++ = left > 2 ? kDigits[group & 63] : '=';
  }
  out->End(at);
}

void AppendJsonText(std::string_view text, TextBuffer* out) {
  constexpr size_t kMaxEscape = 6;
  out->Push('"');
  for (;;) {
    const size_t plain = PlainPrefix<JsonSpecial>(text);
    out->Append(text.substr(0, plain));
    if (plain == text.size()) break;
    out->End(PutEscaped(text[plain], out->Reserve(kMaxEscape)));
    text.remove_prefix(plain + 1);
  }
  out->Push('"');
}

void AppendCsvText(std::string_view text, TextBuffer* out) {
  if (!text.empty() && PlainPrefix<CsvSpecial>(text) == text.size()) return out->Append(text);
  out->Push('"');
  for (const char character : text) {
    if (character == '"') out->Push('"');
    out->Push(character);
  }
  out->Push('"');
}

}  // namespace lake::engine
