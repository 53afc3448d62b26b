#include "column_names.h"

#include <algorithm>
#include <unordered_set>

#include "duckdb/parser/expression/function_expression.hpp"
#include "duckdb/parser/expression/subquery_expression.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/cte_node.hpp"
#include "duckdb/parser/query_node/recursive_cte_node.hpp"
#include "duckdb/parser/query_node/select_node.hpp"
#include "duckdb/parser/query_node/set_operation_node.hpp"
#include "duckdb/parser/tableref/pivotref.hpp"
#include "duckdb/parser/tableref/showref.hpp"
#include "duckdb/parser/tableref/subqueryref.hpp"

namespace lake::engine {
namespace {

using duckdb::ParsedExpression;
using duckdb::ParsedExpressionIterator;
using duckdb::QueryNode;

/// Subqueries in subqueries repeat their texts in each name around them. These bound the tree and the time;
/// deeper down a column is seen only by who makes a struct of its row, and called kDeepName.
constexpr size_t kMaxNameBytes = 1024;
constexpr size_t kMaxNamedLevels = 4;
constexpr const char* kDeepName = "(subquery)";

std::string Beginning(std::string text) {
  if (text.size() <= kMaxNameBytes) return text;
  size_t end = kMaxNameBytes;
  while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

/// From the outside to the inside: the text of an outer column has no aliases of ours in it.
class Namer {
 public:
  explicit Namer(const std::vector<std::string>& functions) : functions_(functions) {}

  void Query(QueryNode& node) {
    // DuckDB's iterators go into tables by themselves and so come by what was visited.
    if (!seen_.insert(&node).second) return;
    for (auto& [name, entry] : node.cte_map.map)
      if (entry->query) Query(*entry->query->node);
    switch (node.type) {
      case duckdb::QueryNodeType::SELECT_NODE:
        NameEach(node.Cast<duckdb::SelectNode>().select_list);
        break;
      case duckdb::QueryNodeType::SET_OPERATION_NODE:
        for (auto& child : node.Cast<duckdb::SetOperationNode>().children) Query(*child);
        break;
      case duckdb::QueryNodeType::RECURSIVE_CTE_NODE:
        Query(*node.Cast<duckdb::RecursiveCTENode>().left);
        Query(*node.Cast<duckdb::RecursiveCTENode>().right);
        break;
      case duckdb::QueryNodeType::CTE_NODE:
        Query(*node.Cast<duckdb::CTENode>().query);
        Query(*node.Cast<duckdb::CTENode>().child);
        break;
      default:
        break;
    }
    const auto visit = [this](duckdb::unique_ptr<ParsedExpression>& child) { Expression(*child); };
    ParsedExpressionIterator::EnumerateQueryNodeChildren(node, visit,
                                                         [this](duckdb::TableRef& table) { Table(table); });
    ParsedExpressionIterator::EnumerateQueryNodeModifiers(node, visit);
  }

 private:
  void NameEach(duckdb::vector<duckdb::unique_ptr<ParsedExpression>>& columns) const {
    for (auto& column : columns)
      if (!column->HasAlias() && WillChange(*column))
        column->SetAlias(level_ < kMaxNamedLevels ? Beginning(column->ToString()) : kDeepName);
  }

  bool WillChange(const ParsedExpression& expression) const {
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) return true;
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::FUNCTION &&
        std::ranges::find(functions_, expression.Cast<duckdb::FunctionExpression>().function_name) !=
            functions_.end())
      return true;
    bool found = false;
    ParsedExpressionIterator::EnumerateChildren(
        expression, [&](const ParsedExpression& child) { found = found || WillChange(child); });
    return found;
  }

  void Expression(ParsedExpression& expression) {
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) {
      ++level_;
      Query(*expression.Cast<duckdb::SubqueryExpression>().subquery->node);
      --level_;
    }
    ParsedExpressionIterator::EnumerateChildren(expression,
                                                [this](ParsedExpression& child) { Expression(child); });
  }

  void Table(duckdb::TableRef& table) {
    if (table.type == duckdb::TableReferenceType::SUBQUERY)
      Query(*table.Cast<duckdb::SubqueryRef>().subquery->node);
    if (table.type == duckdb::TableReferenceType::SHOW_REF && table.Cast<duckdb::ShowRef>().query)
      Query(*table.Cast<duckdb::ShowRef>().query);
    // One aggregate alone gives its name to no column.
    if (table.type == duckdb::TableReferenceType::PIVOT)
      if (auto& aggregates = table.Cast<duckdb::PivotRef>().aggregates; aggregates.size() > 1)
        NameEach(aggregates);
  }

  const std::vector<std::string>& functions_;
  std::unordered_set<const QueryNode*> seen_;
  size_t level_ = 0;  // Of subqueries in expressions.
};

}  // namespace

void NameReplacedColumns(duckdb::SelectStatement& statement, const std::vector<std::string>& functions) {
  Namer(functions).Query(*statement.node);
}

}  // namespace lake::engine
