#include "at_clause.h"

#include <ranges>
#include <string>

#include "lake/common/clock.h"

namespace lake::query {
namespace {

/// The literal under any number of casts: TIMESTAMP '2026-01-01' is a cast of a text.
const JsonValue* Literal(const JsonValue* expression) {
  while (expression != nullptr && expression->FindString("class") == "CAST")
    expression = expression->Find("child");
  if (expression == nullptr || expression->FindString("class") != "CONSTANT") return nullptr;
  const JsonValue* value = expression->Find("value");
  return value == nullptr ? nullptr : value->Find("value");
}

/// SQL allows a blank instead of the 'T', and neither seconds nor zone are required; without a zone it is
/// UTC.
Result<Timestamp> ParseSqlTimestamp(std::string text) {
  if (text.size() == 10) text += "T00:00:00";
  if (text.size() > 10 && text[10] == ' ') text[10] = 'T';
  if (text.size() == 16) text += ":00";
  const bool has_zone = text.ends_with('Z') || text.find_first_of("+-", 19) != std::string::npos;
  return ParseTimestamp(has_zone ? text : text + "Z");
}

Result<catalog::Version> VersionAtTime(const catalog::Dataset& dataset, Timestamp time,
                                       catalog::Version current) {
  for (const auto& change : std::views::reverse(dataset.changes))
    if (change.time <= time && change.version <= current) return change.version;
  return InvalidArgument("bad_version", "dataset '{}' did not exist at {}", dataset.name,
                         FormatTimestamp(time));
}

}  // namespace

Result<catalog::Version> ResolveAtClause(const JsonValue* at_clause, const catalog::Dataset& dataset,
                                         catalog::Version current) {
  if (at_clause == nullptr || !at_clause->is_object()) return current;
  const JsonValue* literal = Literal(at_clause->Find("expr"));
  std::string_view unit = at_clause->FindString("unit");
  if (literal != nullptr && unit == "VERSION" && literal->is_int() && literal->as_int() >= 0) {
    catalog::Version version{static_cast<uint64_t>(literal->as_int())};
    if (version > current)
      return InvalidArgument("bad_version", "version {} does not exist yet; the newest is {}", version.number,
                             current.number);
    if (!dataset.ExistsAt(version))
      return InvalidArgument("bad_version", "dataset '{}' did not exist at version {}", dataset.name,
                             version.number);
    return version;
  }
  if (literal != nullptr && unit == "TIMESTAMP" && literal->is_string()) {
    Result<Timestamp> time = ParseSqlTimestamp(literal->as_string());
    if (time.ok()) return VersionAtTime(dataset, *time, current);
  }
  return InvalidArgument(
      "bad_version", "AT takes a constant: AT (VERSION => 42) or AT (TIMESTAMP => '2026-01-31 12:00:00')");
}

}  // namespace lake::query
