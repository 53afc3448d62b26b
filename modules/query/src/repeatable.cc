#include "repeatable.h"

#include <algorithm>
#include <array>

#include "lake/common/fold.h"

namespace lake::query {
namespace {

/// By name and not by the plan: the engine evaluates some calls, such as the arguments of table functions,
/// before there is a plan. A test compares the list with what the engine says of each allowed function.
constexpr auto kUnrepeatable = std::to_array<std::string_view>(
    {"age", "current_date", "current_localtime", "current_localtimestamp", "current_time",
     "current_timestamp", "gen_random_uuid", "get_current_time", "get_current_timestamp", "localtime",
     "localtimestamp", "now", "random", "today", "transaction_timestamp", "uuid", "uuidv4", "uuidv7"});

bool IsUnrepeatable(std::string_view name) {
  return std::ranges::binary_search(kUnrepeatable, std::string_view(Fold(name)));
}

/// current_date and its like are written as columns.
bool NamesTheTime(const JsonValue& reference) {
  const JsonValue* names = reference.Find("column_names");
  return names != nullptr && names->is_array() && names->as_array().size() == 1 &&
         names->as_array().front().is_string() && IsUnrepeatable(names->as_array().front().as_string());
}

}  // namespace

bool IsRepeatable(const JsonValue& tree) {
  if (tree.is_array()) return std::ranges::all_of(tree.as_array(), IsRepeatable);
  if (!tree.is_object()) return true;
  if (tree.FindString("type") == "VALUE_CONSTANT") return true;  // Data, whatever it looks like.
  if (IsUnrepeatable(tree.FindString("function_name"))) return false;
  if (tree.FindString("class") == "COLUMN_REF" && NamesTheTime(tree)) return false;
  return std::ranges::all_of(tree.as_object(), [](const JsonValue::Member& member) {
    return (member.first != "sample" || !member.second.is_object()) && IsRepeatable(member.second);
  });
}

std::span<const std::string_view> UnrepeatableFunctions() { return kUnrepeatable; }

}  // namespace lake::query
