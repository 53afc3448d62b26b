#include "tree_fragments.h"

#include <utility>

namespace lake::query {
namespace {

/// The query of a parsed statement; null when it is no tree of one.
JsonValue* QueryOf(engine::SelectTree& tree) {
  JsonValue* statements = tree.root.Find("statements");
  return statements == nullptr || statements->as_array().empty()
             ? nullptr
             : statements->as_array().front().Find("node");
}

}  // namespace

Result<JsonValue> SubqueryTree(engine::Engine& engine, const Context& context, const std::string& select) {
  LAKE_ASSIGN_OR_RETURN(engine::SelectTree tree,
                        engine.Parse(context, "SELECT * FROM (" + select + ") AS lake_relation"));
  JsonValue* query = QueryOf(tree);
  JsonValue* table = query == nullptr ? nullptr : query->Find("from_table");
  if (table == nullptr || table->FindString("type") != "SUBQUERY")
    return Internal("relation_not_a_subquery", "a relation could not be compiled").WithCause(select);
  return std::move(*table);
}

Result<JsonValue> ExpressionTree(engine::Engine& engine, const Context& context,
                                 const std::string& expression) {
  LAKE_ASSIGN_OR_RETURN(engine::SelectTree tree, engine.Parse(context, "SELECT " + expression));
  JsonValue* query = QueryOf(tree);
  JsonValue* items = query == nullptr ? nullptr : query->Find("select_list");
  if (items == nullptr || !items->is_array() || items->as_array().size() != 1)
    return Internal("no_expression", "an expression could not be compiled").WithCause(expression);
  return std::move(items->as_array().front());
}

void SpliceTable(JsonValue& reference, const JsonValue& subquery, std::string_view name) {
  JsonValue spliced = subquery;
  const std::string_view alias = reference.FindString("alias");
  spliced.Set("alias", alias.empty() ? name : alias);
  for (const std::string_view member : {"column_name_alias", "sample", "query_location"})
    if (const JsonValue* value = reference.Find(member); value != nullptr) spliced.Set(member, *value);
  reference = std::move(spliced);
}

}  // namespace lake::query
