#include "lake/tables/column_type.h"

#include <array>
#include <charconv>
#include <utility>

namespace lake::tables {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kScalarTypes = {
    std::pair{"BOOLEAN"sv, "BOOLEAN"sv},
    std::pair{"BOOL"sv, "BOOLEAN"sv},
    std::pair{"TINYINT"sv, "TINYINT"sv},
    std::pair{"SMALLINT"sv, "SMALLINT"sv},
    std::pair{"INTEGER"sv, "INTEGER"sv},
    std::pair{"INT"sv, "INTEGER"sv},
    std::pair{"BIGINT"sv, "BIGINT"sv},
    std::pair{"HUGEINT"sv, "HUGEINT"sv},
    std::pair{"UTINYINT"sv, "UTINYINT"sv},
    std::pair{"USMALLINT"sv, "USMALLINT"sv},
    std::pair{"UINTEGER"sv, "UINTEGER"sv},
    std::pair{"UBIGINT"sv, "UBIGINT"sv},
    std::pair{"FLOAT"sv, "FLOAT"sv},
    std::pair{"REAL"sv, "FLOAT"sv},
    std::pair{"DOUBLE"sv, "DOUBLE"sv},
    std::pair{"VARCHAR"sv, "VARCHAR"sv},
    std::pair{"TEXT"sv, "VARCHAR"sv},
    std::pair{"STRING"sv, "VARCHAR"sv},
    std::pair{"BLOB"sv, "BLOB"sv},
    std::pair{"BYTEA"sv, "BLOB"sv},
    std::pair{"DATE"sv, "DATE"sv},
    std::pair{"TIME"sv, "TIME"sv},
    std::pair{"TIMESTAMP"sv, "TIMESTAMP"sv},
    std::pair{"INTERVAL"sv, "INTERVAL"sv},
    std::pair{"UUID"sv, "UUID"sv},
    std::pair{"TIMESTAMPTZ"sv, "TIMESTAMP WITH TIME ZONE"sv},
    std::pair{"TIMESTAMP WITH TIME ZONE"sv, "TIMESTAMP WITH TIME ZONE"sv},
};
constexpr int kMaxDecimalWidth = 38;

Error BadType(std::string_view text) {
  return InvalidArgument(
      "bad_column_type",
      "'{}' is no column type; use BIGINT, DOUBLE, DECIMAL(p,s), VARCHAR, BOOLEAN, DATE, TIMESTAMP, … "
      "or a list of one, as BIGINT[]",
      text.substr(0, 100));
}

std::string UpperTrimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string upper(text);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return upper;
}

/// "18,2" → (18, 2).
bool ParseTwoNumbers(std::string_view text, int* first, int* second) {
  const char* end = text.data() + text.size();
  auto skip_spaces = [end](const char* at) {
    while (at != end && *at == ' ') ++at;
    return at;
  };
  auto one = std::from_chars(skip_spaces(text.data()), end, *first);
  const char* at = skip_spaces(one.ptr);
  if (one.ec != std::errc{} || at == end || *at != ',') return false;
  auto two = std::from_chars(skip_spaces(at + 1), end, *second);
  return two.ec == std::errc{} && skip_spaces(two.ptr) == end;
}

Result<std::string> ParseScalar(const std::string& upper, std::string_view original) {
  for (const auto& [name, canonical] : kScalarTypes)
    if (upper == name) return std::string(canonical);
  for (std::string_view decimal : {"DECIMAL("sv, "NUMERIC("sv}) {
    if (!upper.starts_with(decimal) || !upper.ends_with(')')) continue;
    std::string_view inside =
        std::string_view(upper).substr(decimal.size(), upper.size() - decimal.size() - 1);
    int width = 0, scale = 0;
    if (ParseTwoNumbers(inside, &width, &scale) && width >= 1 && width <= kMaxDecimalWidth && scale >= 0 &&
        scale <= width)
      return fmt::format("DECIMAL({},{})", width, scale);
  }
  return BadType(original);
}

}  // namespace

Result<std::string> ParseColumnType(std::string_view text) {
  std::string upper = UpperTrimmed(text);
  std::string suffix;
  while (upper.ends_with("[]") && suffix.size() < 8) {
    upper.resize(upper.size() - 2);
    suffix += "[]";
  }
  LAKE_ASSIGN_OR_RETURN(std::string scalar, ParseScalar(UpperTrimmed(upper), text));
  return scalar + suffix;
}

}  // namespace lake::tables
