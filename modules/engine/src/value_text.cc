#include "value_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace lake::engine {
namespace {

constexpr int64_t kSecondsPerDay = 86'400;
constexpr std::array<int64_t, 10> kPowersOfTen = {1,       10,        100,        1'000,       10'000,
                                                  100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

template <class Number>
void AppendShortest(Number value, std::string* out) {
  std::array<char, 32> buffer;  // The longest double takes 24 characters, the longest integer 20.
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out->append(buffer.data(), end);
}

/// With a point or an exponent, so that it reads back as a real number: "1.0".
template <class Number>
void AppendReal(Number value, std::string* out) {
  const size_t start = out->size();
  AppendShortest(value, out);
  if (out->find_first_of(".e", start) == std::string::npos) *out += ".0";
}

template <class Number>
void AppendFloatingText(Number value, std::string* out) {
  if (std::isnan(value))
    *out += "NaN";
  else if (std::isinf(value))
    *out += value < 0 ? "-Infinity" : "Infinity";
  else
    AppendReal(value, out);
}

/// `value` with at least `width` digits.
void AppendPadded(uint64_t value, size_t width, std::string* out) {
  std::array<char, 20> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  const auto digits = static_cast<size_t>(end - buffer.data());
  if (digits < width) out->append(width - digits, '0');
  out->append(buffer.data(), end);
}

/// Two digits without a division per digit; dates and times are full of them.
void AppendTwo(int64_t value, std::string* out) {
  out->push_back(static_cast<char>('0' + value / 10));
  out->push_back(static_cast<char>('0' + value % 10));
}

struct FlooredDivision {
  int64_t quotient;
  int64_t remainder;  // 0 ≤ remainder < divisor.
};

FlooredDivision DivideFloor(int64_t value, int64_t divisor) {
  int64_t quotient = value / divisor;
  int64_t remainder = value % divisor;
  if (remainder < 0) {
    remainder += divisor;
    --quotient;
  }
  return {quotient, remainder};
}

void AppendFraction(int64_t fraction, int digits, std::string* out) {
  if (fraction == 0) return;
  out->push_back('.');
  AppendPadded(static_cast<uint64_t>(fraction), static_cast<size_t>(digits), out);
}

bool NeedsNoEscape(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHigh = 0x8080808080808080;
  const auto has_zero = [](uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHigh; };
  const uint64_t control = (word - kOnes * 0x20) & ~word & kHigh;
  return (control | has_zero(word ^ (kOnes * '"')) | has_zero(word ^ (kOnes * '\\'))) == 0;
}

/// The length of the part at the start of `text` that JSON takes as it is.
size_t PlainPrefix(std::string_view text) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (!NeedsNoEscape(word)) break;
  }
  for (; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == '"' || byte == '\\') break;
  }
  return at;
}

void AppendEscaped(char character, std::string* out) {
  switch (character) {
    case '"':
      *out += "\\\"";
      return;
    case '\\':
      *out += "\\\\";
      return;
    case '\n':
      *out += "\\n";
      return;
    case '\r':
      *out += "\\r";
      return;
    case '\t':
      *out += "\\t";
      return;
    default:
      constexpr std::string_view kHex = "0123456789abcdef";
      *out += "\\u00";
      out->push_back(kHex[static_cast<unsigned char>(character) >> 4]);
      out->push_back(kHex[static_cast<unsigned char>(character) & 15]);
  }
}

void AppendHex(uint64_t value, int digits, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out->push_back(kHex[(value >> shift) & 15]);
}

/// One part of an interval, e.g. "3D"; nothing when it is zero.
void AppendPart(int64_t count, char unit, std::string* out) {
  if (count == 0) return;
  AppendInteger(count, out);
  out->push_back(unit);
}

}  // namespace

void AppendInteger(int64_t value, std::string* out) { AppendShortest(value, out); }
void AppendInteger(uint64_t value, std::string* out) { AppendShortest(value, out); }

void AppendInteger(UInt128 value, std::string* out) {
  constexpr uint64_t kChunk = 10'000'000'000'000'000'000u;
  if (value < kChunk) return AppendShortest(static_cast<uint64_t>(value), out);
  AppendInteger(value / kChunk, out);
  AppendPadded(static_cast<uint64_t>(value % kChunk), 19, out);
}

void AppendInteger(Int128 value, std::string* out) {
  const auto magnitude = static_cast<UInt128>(value);
  if (value < 0) out->push_back('-');
  AppendInteger(value < 0 ? -magnitude : magnitude, out);
}

void AppendFloating(float value, std::string* out) { AppendFloatingText(value, out); }
void AppendFloating(double value, std::string* out) { AppendFloatingText(value, out); }

void AppendDecimal(Int128 unscaled, int scale, std::string* out) {
  if (unscaled < 0) out->push_back('-');
  const UInt128 magnitude = unscaled < 0 ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  const size_t start = out->size();
  AppendInteger(magnitude, out);
  if (scale == 0) return;
  const auto width = static_cast<size_t>(scale) + 1;
  if (const size_t digits = out->size() - start; digits < width) out->insert(start, width - digits, '0');
  out->insert(out->size() - static_cast<size_t>(scale), 1, '.');
}

void AppendDate(int64_t days, std::string* out) {
  // Howard Hinnant's civil_from_days: exact in the proleptic Gregorian calendar.
  const int64_t shifted = days + 719'468;
  const auto [era, day_of_era] = DivideFloor(shifted, 146'097);
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 0 || year > 9'999) out->push_back(year < 0 ? '-' : '+');
  AppendPadded(static_cast<uint64_t>(year < 0 ? -year : year), 4, out);
  out->push_back('-');
  AppendTwo(month, out);
  out->push_back('-');
  AppendTwo(day, out);
}

void AppendTime(int64_t units, int digits, std::string* out) {
  const auto [seconds, fraction] = DivideFloor(units, kPowersOfTen[static_cast<size_t>(digits)]);
  AppendTwo(seconds / 3'600, out);
  out->push_back(':');
  AppendTwo(seconds / 60 % 60, out);
  out->push_back(':');
  AppendTwo(seconds % 60, out);
  AppendFraction(fraction, digits, out);
}

void AppendTimestamp(int64_t units, int digits, std::string* out) {
  const auto [days, of_day] = DivideFloor(units, kSecondsPerDay * kPowersOfTen[static_cast<size_t>(digits)]);
  AppendDate(days, out);
  out->push_back('T');
  AppendTime(of_day, digits, out);
}

void AppendUtcOffset(int32_t seconds, std::string* out) {
  out->push_back(seconds < 0 ? '-' : '+');
  const int32_t magnitude = seconds < 0 ? -seconds : seconds;
  AppendTwo(magnitude / 3'600, out);
  out->push_back(':');
  AppendTwo(magnitude / 60 % 60, out);
  if (magnitude % 60 == 0) return;
  out->push_back(':');
  AppendTwo(magnitude % 60, out);
}

void AppendInterval(int32_t months, int32_t days, int64_t micros, std::string* out) {
  out->push_back('P');
  AppendPart(months / 12, 'Y', out);
  AppendPart(months % 12, 'M', out);
  AppendPart(days, 'D', out);
  const bool empty = months == 0 && days == 0;
  if (micros == 0 && !empty) return;
  out->push_back('T');
  const int64_t seconds = micros / 1'000'000;
  const int64_t fraction = micros % 1'000'000;
  AppendPart(seconds / 3'600, 'H', out);
  AppendPart(seconds / 60 % 60, 'M', out);
  if (seconds % 60 == 0 && fraction == 0) {
    if (micros == 0) *out += "0S";
    return;
  }
  if (micros < 0) out->push_back('-');
  AppendInteger(std::abs(seconds % 60), out);
  AppendFraction(std::abs(fraction), 6, out);
  out->push_back('S');
}

void AppendUuid(uint64_t upper, uint64_t lower, std::string* out) {
  AppendHex(upper >> 32, 8, out);
  out->push_back('-');
  AppendHex(upper >> 16, 4, out);
  out->push_back('-');
  AppendHex(upper, 4, out);
  out->push_back('-');
  AppendHex(lower >> 48, 4, out);
  out->push_back('-');
  AppendHex(lower, 12, out);
}

void AppendBase64(std::string_view bytes, std::string* out) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t left = bytes.size() - at;
    const auto byte = [&](size_t index) -> uint32_t {
      return index < left ? static_cast<unsigned char>(bytes[at + index]) : 0u;
    };
    const uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out->push_back(kDigits[group >> 18]);
    out->push_back(kDigits[group >> 12 & 63]);
    out->push_back(left > 1 ? kDigits[group >> 6 & 63] : '=');
    out->push_back(left > 2 ? kDigits[group & 63] : '=');
  }
}

void AppendJsonText(std::string_view text, std::string* out) {
  out->push_back('"');
  for (;;) {
    const size_t plain = PlainPrefix(text);
    out->append(text.substr(0, plain));
    if (plain == text.size()) break;
    AppendEscaped(text[plain], out);
    text.remove_prefix(plain + 1);
  }
  out->push_back('"');
}

void AppendCsvText(std::string_view text, std::string* out) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out->append(text);
    return;
  }
  out->push_back('"');
  for (const char character : text) {
    if (character == '"') out->push_back('"');
    out->push_back(character);
  }
  out->push_back('"');
}

}  // namespace lake::engine
