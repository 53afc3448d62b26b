#include "number_form.h"

#include <charconv>

#include "cell_text.h"

namespace lake::ingest {
namespace {

constexpr uint32_t kTelephoneDigits = 7;  // The fewest that people write behind a plus.

std::string_view TakeDigits(std::string_view* text) {
  size_t count = 0;
  while (count < text->size() && IsDigit((*text)[count])) ++count;
  const std::string_view digits = text->substr(0, count);
  text->remove_prefix(count);
  return digits;
}

/// 0x1F, 0b101 and 1_000 are numbers to the engine.
bool IsOtherNotation(std::string_view digits, std::string_view rest) {
  if (rest.size() < 2 || digits.empty()) return false;
  const char first = rest.front();
  if (first == '_') return IsDigit(rest[1]);
  return digits == "0" && (first == 'x' || first == 'X' || first == 'b' || first == 'B');
}

bool TakeExponent(std::string_view* text) {
  if (text->empty() || (text->front() != 'e' && text->front() != 'E')) return false;
  std::string_view rest = text->substr(1);
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  if (TakeDigits(&rest).empty()) return false;
  *text = rest;
  return true;
}

/// UINT64_MAX for what is larger.
uint64_t ValueOf(std::string_view digits) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() ? value : UINT64_MAX;
}

}  // namespace

NumberForm FormOf(std::string_view cell) {
  NumberForm form;
  std::string_view rest = WithoutBlanks(cell);
  const char sign = !rest.empty() && (rest.front() == '-' || rest.front() == '+') ? rest.front() : '\0';
  if (sign != '\0') rest.remove_prefix(1);
  const std::string_view whole = TakeDigits(&rest);
  if (IsOtherNotation(whole, rest)) return {.is_number = true, .is_name = true};
  bool has_point = false;
  std::string_view fraction;
  if (!rest.empty() && rest.front() == '.') {
    has_point = true;
    rest.remove_prefix(1);
    fraction = TakeDigits(&rest);
  }
  if (whole.empty() && fraction.empty()) return form;
  const bool has_exponent = TakeExponent(&rest);
  if (!rest.empty()) return form;
  form.is_number = true;
  form.fraction_digits =
      has_exponent ? NumberForm::kExponent
                   : static_cast<uint32_t>(fraction.substr(0, fraction.find_last_not_of('0') + 1).size());
  const bool is_whole = !has_point && !has_exponent;
  form.is_name = (whole.size() > 1 && whole.front() == '0') ||
                 (is_whole && sign == '+' && whole.size() >= kTelephoneDigits);
  if (!is_whole) return form;
  const uint64_t value = ValueOf(whole);
  form.beyond_double = value > uint64_t{1} << 53;
  form.beyond_bigint = value > static_cast<uint64_t>(INT64_MAX) + (sign == '-' ? 1 : 0);
  return form;
}

}  // namespace lake::ingest
