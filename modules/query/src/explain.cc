#include "explain.h"

#include <string>
#include <string_view>
#include <utility>

namespace lake::query {
namespace {

using engine::PlanOperator;

const JsonValue* FindSet(const JsonValue& node, std::string_view member) {
  const JsonValue* value = node.Find(member);
  const bool empty = value == nullptr || value->is_null() || (value->is_array() && value->as_array().empty());
  return empty ? nullptr : value;
}

PlanOperator Wrap(std::string_view name, PlanOperator child) {
  PlanOperator wrapped = {.name = std::string(name)};
  wrapped.children.push_back(std::move(child));
  return wrapped;
}

bool HasWindow(const JsonValue& expression) {
  if (expression.is_array()) {
    for (const JsonValue& item : expression.as_array())
      if (HasWindow(item)) return true;
    return false;
  }
  if (!expression.is_object() || expression.FindString("class") == "SUBQUERY") return false;
  if (expression.FindString("class") == "WINDOW") return true;
  for (const auto& [name, member] : expression.as_object())
    if (HasWindow(member)) return true;
  return false;
}

/// What a column of the SELECT list is called, as far as the text says so.
std::string NameOf(const JsonValue& item) {
  if (const std::string_view alias = item.FindString("alias"); !alias.empty()) return std::string(alias);
  if (item.FindString("class") == "STAR") return "*";
  if (const JsonValue* names = FindSet(item, "column_names");
      names != nullptr && names->as_array().back().is_string())
    return names->as_array().back().as_string();
  return "(expression)";
}

class Outliner {
 public:
  PlanOperator Query(const JsonValue& node) const {
    PlanOperator top = Body(node);
    if (const JsonValue* modifiers = FindSet(node, "modifiers"))
      for (const JsonValue& modifier : modifiers->as_array()) top = Modified(modifier, std::move(top));
    const JsonValue* with = node.Find("cte_map");
    const JsonValue* entries = with == nullptr ? nullptr : FindSet(*with, "map");
    if (entries == nullptr) return top;
    PlanOperator outer = {.name = "WITH"};
    for (const JsonValue& entry : entries->as_array()) outer.children.push_back(Definition(entry));
    outer.children.push_back(std::move(top));
    return outer;
  }

 private:
  PlanOperator Body(const JsonValue& node) const {
    const std::string_view type = node.FindString("type");
    if (type == "SELECT_NODE") return Select(node);
    PlanOperator body = {.name = std::string(type)};
    if (type == "SET_OPERATION_NODE") {
      body.name = node.FindString("setop_type");
      if (const JsonValue* all = node.Find("setop_all"); all != nullptr && all->is_bool() && all->as_bool())
        body.name += "_ALL";
    } else if (type == "RECURSIVE_CTE_NODE") {
      body.name = "RECURSION";
    }
    for (const std::string_view side : {"left", "right", "query", "child"})
      if (const JsonValue* query = FindSet(node, side)) body.children.push_back(Query(*query));
    return body;
  }

  PlanOperator Select(const JsonValue& node) const {
    const JsonValue* from = FindSet(node, "from_table");
    PlanOperator top = from == nullptr ? PlanOperator{.name = "SINGLE_ROW"} : Table(*from);
    if (FindSet(node, "sample") != nullptr) top = Wrap("SAMPLE", std::move(top));
    top = Filtered(node, "where_clause", std::move(top));
    if (FindSet(node, "group_sets") != nullptr || FindSet(node, "having") != nullptr)
      top = Wrap("AGGREGATE", std::move(top));
    top = Filtered(node, "having", std::move(top));
    const JsonValue* items = FindSet(node, "select_list");
    const JsonValue* qualify = FindSet(node, "qualify");
    if ((items != nullptr && HasWindow(*items)) || (qualify != nullptr && HasWindow(*qualify)))
      top = Wrap("WINDOW", std::move(top));
    top = Filtered(node, "qualify", std::move(top));
    if (items == nullptr) return top;
    top = Wrap("PROJECTION", std::move(top));
    std::string& columns = top.details["columns"];
    for (const JsonValue& item : items->as_array())
      columns.append(columns.empty() ? "" : ", ").append(NameOf(item));
    AddSubqueries(*items, &top);
    return top;
  }

  PlanOperator Filtered(const JsonValue& node, std::string_view member, PlanOperator child) const {
    const JsonValue* condition = FindSet(node, member);
    if (condition == nullptr) return child;
    PlanOperator filter = Wrap("FILTER", std::move(child));
    AddSubqueries(*condition, &filter);
    return filter;
  }

  static PlanOperator Modified(const JsonValue& modifier, PlanOperator child) {
    const std::string_view type = modifier.FindString("type");
    if (type == "ORDER_MODIFIER") return Wrap("ORDER_BY", std::move(child));
    if (type == "DISTINCT_MODIFIER") return Wrap("DISTINCT", std::move(child));
    return Wrap("LIMIT", std::move(child));
  }

  PlanOperator Definition(const JsonValue& entry) const {
    PlanOperator definition = {.name = "CTE"};
    definition.details["name"] = entry.FindString("key");
    const JsonValue* value = entry.Find("value");
    const JsonValue* query = value == nullptr ? nullptr : value->Find("query");
    if (const JsonValue* node = query == nullptr ? nullptr : query->Find("node"))
      definition.children.push_back(Query(*node));
    return definition;
  }

  PlanOperator Table(const JsonValue& reference) const {
    PlanOperator table = PlainTable(reference);
    return FindSet(reference, "sample") == nullptr ? std::move(table) : Wrap("SAMPLE", std::move(table));
  }

  PlanOperator PlainTable(const JsonValue& reference) const {
    const std::string_view type = reference.FindString("type");
    PlanOperator table = {.name = std::string(type)};
    if (type == "BASE_TABLE") {
      table.name = "SCAN";
      const std::string_view schema = reference.FindString("schema_name");
      table.details["table"] =
          fmt::format("{}{}{}", schema, schema.empty() ? "" : ".", reference.FindString("table_name"));
    } else if (type == "JOIN") {
      table.details["type"] = reference.FindString("join_type");
      if (const std::string_view kind = reference.FindString("ref_type"); kind != "REGULAR")
        table.details["kind"] = kind;
    } else if (type == "TABLE_FUNCTION") {
      if (const JsonValue* function = reference.Find("function"))
        table.details["function"] = function->FindString("function_name");
    } else if (type == "EXPRESSION_LIST") {
      table.name = "VALUES";
    } else if (type == "EMPTY" || type == "EMPTY_FROM") {
      table.name = "SINGLE_ROW";
    } else if (type == "SHOW_REF") {
      table.name = reference.FindString("show_type");
    }
    for (const std::string_view side : {"left", "right", "source"})
      if (const JsonValue* child = FindSet(reference, side)) table.children.push_back(Table(*child));
    if (const JsonValue* condition = FindSet(reference, "condition")) AddSubqueries(*condition, &table);
    if (const JsonValue* query = FindSet(reference, "query")) table.children.push_back(Query(*query));
    if (const JsonValue* query = FindSet(reference, "subquery"))
      if (const JsonValue* node = query->Find("node")) table.children.push_back(Query(*node));
    return table;
  }

  /// Queries inside expressions, in the order of the text.
  void AddSubqueries(const JsonValue& expression, PlanOperator* into) const {
    if (expression.is_array()) {
      for (const JsonValue& item : expression.as_array()) AddSubqueries(item, into);
      return;
    }
    if (!expression.is_object() || expression.FindString("type") == "VALUE_CONSTANT") return;
    if (expression.FindString("class") == "SUBQUERY")
      if (const JsonValue* query = FindSet(expression, "subquery"))
        if (const JsonValue* node = query->Find("node"))
          into->children.push_back(Wrap("SUBQUERY", Query(*node)));
    for (const auto& [name, member] : expression.as_object())
      if (name != "subquery") AddSubqueries(member, into);
  }
};

}  // namespace

QueryPlan::View PlanViewFor(const access::Request& request) {
  return request.Has(access::Permission::kAdmin) ? QueryPlan::View::kEngine : QueryPlan::View::kStatement;
}

PlanOperator OutlineStatement(const engine::SelectTree& written) {
  const JsonValue* statements = FindSet(written.root, "statements");
  const JsonValue* node = statements == nullptr ? nullptr : statements->as_array().front().Find("node");
  return node == nullptr ? PlanOperator{} : Outliner().Query(*node);
}

}  // namespace lake::query
