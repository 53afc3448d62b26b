#include "lake/query/row_filter.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "gate.h"
#include "governed_select.h"
#include "lake/common/fold.h"

namespace lake::query {
namespace {

using std::string_view_literals::operator""sv;

constexpr GateLimits kLimits = {.max_tree_nodes = 10'000, .max_tables = 1};
/// What a condition on one row has no use for, beside what the gate refuses.
constexpr std::array kOtherClasses = {"SUBQUERY"sv, "WINDOW"sv, "PARAMETER"sv, "STAR"sv,
                                      "DEFAULT"sv,  "LAMBDA"sv, "LAMBDA_REF"sv};

Error Bad(std::string_view why) {
  return InvalidArgument("bad_row_filter", "the condition cannot be used: {}", why);
}

/// TRY: a condition that fails on a row says "no" instead of quoting the row in an error.
std::string Probe(std::string_view condition) {
  return fmt::format("SELECT 1 FROM {} WHERE TRY(({}))", kUnmaskedRows, condition);
}

Status CheckClasses(const JsonValue& node) {
  if (node.is_array()) {
    for (const JsonValue& item : node.as_array()) LAKE_RETURN_IF_ERROR(CheckClasses(item));
    return {};
  }
  if (!node.is_object()) return {};
  const std::string_view expression = node.FindString("class");
  if (std::ranges::find(kOtherClasses, expression) != kOtherClasses.end())
    return Bad(fmt::format("{} has no place in it", expression));
  if (node.FindString("type") == "VALUE_CONSTANT") return {};
  for (const auto& [name, member] : node.as_object()) LAKE_RETURN_IF_ERROR(CheckClasses(member));
  return {};
}

/// The filter is no part of the user's text, so it has no position there.
void ForgetPositions(JsonValue& node) {
  if (node.is_array())
    for (JsonValue& item : node.as_array()) ForgetPositions(item);
  if (!node.is_object()) return;
  for (auto& [name, member] : node.as_object()) {
    if (name == "query_location")
      member = UINT64_MAX;
    else
      ForgetPositions(member);
  }
}

}  // namespace

JsonValue* WhereOf(engine::SelectTree& tree) {
  JsonValue* statements = tree.root.Find("statements");
  if (statements == nullptr || !statements->is_array() || statements->as_array().size() != 1) return nullptr;
  JsonValue* node = statements->as_array().front().Find("node");
  return node == nullptr ? nullptr : node->Find("where_clause");
}

Result<JsonValue> ParseRowFilter(engine::Engine& engine, const Context& context, std::string_view condition) {
  Result<engine::SelectTree> parsed = engine.Parse(context, Probe(condition));
  if (!parsed.ok()) return Bad(parsed.error().message());
  JsonValue* where = WhereOf(*parsed);
  if (where == nullptr) return Bad("it is no condition");
  JsonValue expression = std::move(*where);
  // Whatever else the text could have brought in shows where the statement differs from the plainest one.
  LAKE_ASSIGN_OR_RETURN(engine::SelectTree plain, engine.Parse(context, Probe("true")));
  *where = nullptr;
  if (JsonValue* plain_where = WhereOf(plain); plain_where != nullptr) *plain_where = nullptr;
  if (!(parsed->root == plain.root) || expression.FindString("class") != "OPERATOR" ||
      expression.FindString("type") != "OPERATOR_TRY")
    return Bad("it must be one condition");
  if (Status gate = CheckStatement(expression, kLimits); !gate.ok()) return Bad(gate.error().message());
  LAKE_RETURN_IF_ERROR(CheckClasses(expression));
  ForgetPositions(expression);
  return expression;
}

Status CheckRowFilter(engine::Engine& engine, const Context& context, std::string_view condition,
                      const std::vector<catalog::Column>& columns) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue expression, ParseRowFilter(engine, context, condition));
  if (const std::string outside = ColumnOutside(expression, columns); !outside.empty())
    return Bad(fmt::format("there is no column '{}'", outside));
  std::string list;
  for (const catalog::Column& column : columns)
    list += fmt::format("{}CAST(NULL AS {}) AS {}", list.empty() ? "" : ", ", column.type,
                        engine::QuoteIdentifier(column.name));
  LAKE_ASSIGN_OR_RETURN(
      engine::SelectTree tree,
      engine.Parse(context, fmt::format("SELECT 1 FROM (SELECT {}) AS {} WHERE true", list, kUnmaskedRows)));
  *WhereOf(tree) = expression;
  // Selected too, to see what type it has: a text in a WHERE would be taken for a truth value.
  tree.root.Find("statements")->as_array().front().Find("node")->Find("select_list")->as_array().front() =
      expression;
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<engine::Session> session, engine.StartSession(context, {}));
  Result<std::unique_ptr<engine::ResultStream>> rows = session->Execute(tree, {});
  if (!rows.ok()) return Bad(rows.error().message());
  const std::string& type = (*rows)->columns().front().type;
  return type == "BOOLEAN" ? Status() : Status(Bad(fmt::format("it gives {}, not BOOLEAN", type)));
}

std::string ColumnOutside(const JsonValue& expression, const std::vector<catalog::Column>& columns) {
  if (expression.is_array()) {
    for (const JsonValue& item : expression.as_array())
      if (std::string outside = ColumnOutside(item, columns); !outside.empty()) return outside;
    return {};
  }
  if (!expression.is_object() || expression.FindString("type") == "VALUE_CONSTANT") return {};
  if (expression.FindString("class") == "COLUMN_REF") {
    const JsonValue::Array& names = expression.Find("column_names")->as_array();
    const bool qualified = names.size() > 1 && names.front().as_string() == kUnmaskedRows;
    const std::string& name = names[qualified ? 1 : 0].as_string();
    const bool known = std::ranges::any_of(
        columns, [&](const catalog::Column& column) { return SameFolded(column.name, name); });
    return known ? std::string() : name;
  }
  for (const auto& [name, member] : expression.as_object())
    if (std::string outside = ColumnOutside(member, columns); !outside.empty()) return outside;
  return {};
}

}  // namespace lake::query
