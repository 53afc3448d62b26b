#include "gate.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "allowed_functions.h"
#include "lake/common/fold.h"

namespace lake::query {
namespace {

using std::string_view_literals::operator""sv;

// The serialised tree has four families of typed nodes. Expressions carry "class"; the others only "type".
constexpr std::array kExpressionClasses = {
    "BETWEEN"sv,    "CASE"sv,        "CAST"sv,     "COLLATE"sv,   "COLUMN_REF"sv,
    "COMPARISON"sv, "CONJUNCTION"sv, "CONSTANT"sv, "DEFAULT"sv,   "FUNCTION"sv,
    "LAMBDA"sv,     "LAMBDA_REF"sv,  "OPERATOR"sv, "PARAMETER"sv, "POSITIONAL_REFERENCE"sv,
    "STAR"sv,       "SUBQUERY"sv,    "TYPE"sv,     "WINDOW"sv};
constexpr std::array kOtherNodes = {
    // Query nodes.
    "SELECT_NODE"sv, "SET_OPERATION_NODE"sv, "RECURSIVE_CTE_NODE"sv, "CTE_NODE"sv,
    // Table references; TABLE_FUNCTION and SHOW_REF are looked at more closely below.
    "BASE_TABLE"sv, "SUBQUERY"sv, "JOIN"sv, "TABLE_FUNCTION"sv, "EMPTY"sv, "EMPTY_FROM"sv,
    "EXPRESSION_LIST"sv, "PIVOT"sv, "SHOW_REF"sv,
    // Result modifiers and sort orders.
    "ORDER_MODIFIER"sv, "LIMIT_MODIFIER"sv, "LIMIT_PERCENT_MODIFIER"sv, "DISTINCT_MODIFIER"sv,
    "ORDER_DEFAULT"sv, "ASCENDING"sv, "DESCENDING"sv};

// The parser qualifies what it makes of brackets and braces, and of what SQL writes in words of its own:
// [1, 2] is main.list_value(1, 2), even plain trim(x) is main.trim(x).
constexpr std::array kWrittenByParser = {
    // [1, 2], {'a': 1}, [x FOR x IN y IF z], ROW (1), MAP {}, x IN list, x.y.
    "list_value"sv, "struct_pack"sv, "list_apply"sv, "list_filter"sv, "row"sv, "map"sv, "contains"sv,
    "struct_extract"sv,
    // TRIM (LEADING x FROM y), SUBSTRING (x FROM 1 FOR 2), POSITION (x IN y), EXTRACT (YEAR FROM x), AT TIME
    // ZONE.
    "trim"sv, "ltrim"sv, "rtrim"sv, "substring"sv, "position"sv, "date_part"sv, "timezone"sv,
    // LIKE … ESCAPE.
    "like_escape"sv, "not_like_escape"sv, "ilike_escape"sv, "not_ilike_escape"sv};

// Table functions compute constant arguments before the engine could measure a call: replace of two long
// texts in the statement makes 250 GB of 1 MiB.
constexpr std::array kGrowing = {"||"sv,
                                 "apply"sv,
                                 "array_apply"sv,
                                 "array_cat"sv,
                                 "array_concat"sv,
                                 "array_to_string"sv,
                                 "array_transform"sv,
                                 "concat"sv,
                                 "concat_ws"sv,
                                 "damerau_levenshtein"sv,
                                 "editdist3"sv,
                                 "jaro_similarity"sv,
                                 "jaro_winkler_similarity"sv,
                                 "levenshtein"sv,
                                 "list_apply"sv,
                                 "list_cat"sv,
                                 "list_concat"sv,
                                 "list_transform"sv,
                                 "regexp_replace"sv,
                                 "replace"sv};

bool IsOneOf(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

Error Refused(std::string_view what, std::string_view name, const JsonValue& node) {
  return AtNode(
      PermissionDenied("not_allowed_in_sql", "{} '{}' may not be used here", what, name.substr(0, 100)),
      node);
}

class Checker {
 public:
  explicit Checker(const GateLimits& limits) : limits_(limits) {}

  Status Check(const JsonValue& node) {
    if (++nodes_ > limits_.max_tree_nodes)
      return ResourceExhausted("statement_too_complex", "the statement has more than {} parts",
                               limits_.max_tree_nodes);
    if (node.is_array()) {
      for (const JsonValue& item : node.as_array()) LAKE_RETURN_IF_ERROR(Check(item));
      return {};
    }
    if (!node.is_object()) return {};
    LAKE_RETURN_IF_ERROR(CheckNode(node));
    if (node.FindString("type") == "VALUE_CONSTANT") return {};  // Its value is data, whatever it looks like.
    const bool table_function = node.FindString("type") == "TABLE_FUNCTION";
    table_function_arguments_ += table_function;
    for (const auto& [name, member] : node.as_object())
      if (name != "type_info") LAKE_RETURN_IF_ERROR(Check(member));
    table_function_arguments_ -= table_function;
    return {};
  }

 private:
  Status CheckNode(const JsonValue& node) {
    if (const JsonValue* function = node.Find("function_name"); function != nullptr && function->is_string())
      LAKE_RETURN_IF_ERROR(CheckFunction(node, function->as_string()));
    if (const JsonValue* expression = node.Find("class"); expression != nullptr) {
      if (!expression->is_string() || !IsOneOf(expression->as_string(), kExpressionClasses))
        return Refused("expression", node.FindString("class"), node);
      return {};
    }
    const JsonValue* type = node.Find("type");
    if (type == nullptr || !type->is_string()) return {};
    if (!IsOneOf(type->as_string(), kOtherNodes)) return Refused("construct", type->as_string(), node);
    return CheckTableReference(node, type->as_string());
  }

  Status CheckTableReference(const JsonValue& node, std::string_view type) {
    if (type == "BASE_TABLE" && ++tables_ > limits_.max_tables)
      return ResourceExhausted("statement_too_complex", "the statement names more than {} tables",
                               limits_.max_tables);
    if (type == "TABLE_FUNCTION") {
      const JsonValue* function = node.Find("function");
      std::string_view name = function == nullptr ? ""sv : function->FindString("function_name");
      if (FindVector(name) != nullptr)
        return WrongPlace(name, "gives one value, so it cannot stand in FROM", node);
      if (!IsAllowedTableFunction(name) && FindRelation(name) == nullptr)
        return Refused("table function", name, node);
      inside_table_function_ = function;
    }
    // DESCRIBE and SUMMARIZE wrap a query, which is checked like any other; SHOW TABLES and its like look
    // into the engine's own catalog, which is not ours.
    if (type == "SHOW_REF") {
      const JsonValue* query = node.Find("query");
      if (query == nullptr || !query->is_object()) return Refused("statement", "SHOW", node);
    }
    return {};
  }

  Status CheckFunction(const JsonValue& node, const std::string& name) {
    // A qualified name could mean the engine's own copy of a function that is refused unqualified.
    const bool own_syntax = node.FindString("schema") == "main" && IsOneOf(name, kWrittenByParser);
    if ((!own_syntax && !node.FindString("schema").empty()) || !node.FindString("catalog").empty())
      return Refused("qualified function", name, node);
    if (&node == inside_table_function_) return {};  // Checked as a table function.
    if (table_function_arguments_ > 0 && IsOneOf(Fold(name), kGrowing))
      return Refused("argument of a table function,", name, node);
    if (IsAllowedFunction(name)) return {};
    if (FindRelation(name) != nullptr) return WrongPlace(name, "gives rows, so it belongs into FROM", node);
    if (FindVector(name) != nullptr)
      return node.FindString("class") == "FUNCTION"
                 ? Status()
                 : WrongPlace(name, "is no aggregate and no window function", node);
    return Refused("function", name, node);
  }

  static Error WrongPlace(std::string_view function, std::string_view why, const JsonValue& node) {
    return AtNode(
        PermissionDenied("not_allowed_in_sql", "function '{}' may not be used here: it {}", function, why),
        node);
  }

  const RelationFunction* FindRelation(std::string_view name) const {
    return limits_.functions == nullptr ? nullptr : limits_.functions->FindRelation(name);
  }
  const VectorFunction* FindVector(std::string_view name) const {
    return limits_.functions == nullptr ? nullptr : limits_.functions->FindVector(name);
  }

  const GateLimits& limits_;
  uint64_t nodes_ = 0;
  size_t tables_ = 0;
  size_t table_function_arguments_ = 0;  // How many table functions the node is an argument of.
  const JsonValue* inside_table_function_ = nullptr;
};

}  // namespace

Error AtNode(Error error, const JsonValue& node) {
  const JsonValue* location = node.Find("query_location");
  if (location == nullptr || !location->is_int()) return error;
  return std::move(error).WithDetail("/sql", fmt::format("at byte {}", location->as_int()));
}

Status CheckStatement(const JsonValue& tree, const GateLimits& limits) { return Checker(limits).Check(tree); }

}  // namespace lake::query
