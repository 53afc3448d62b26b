#include "row_barrier.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "duckdb/function/scalar_function.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/optimizer/cte_inlining.hpp"
#include "duckdb/optimizer/filter_pushdown.hpp"
#include "duckdb/optimizer/optimizer.hpp"
#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/binder.hpp"
#include "duckdb/planner/expression/bound_columnref_expression.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/logical_operator_visitor.hpp"
#include "duckdb/planner/operator/logical_cteref.hpp"
#include "duckdb/planner/operator/logical_filter.hpp"
#include "duckdb/planner/operator/logical_limit.hpp"
#include "duckdb/planner/operator/logical_projection.hpp"
#include "own_function.h"
#include "safe_expression.h"

namespace lake::engine {
namespace {

using duckdb::Expression;
using duckdb::LogicalOperator;
using duckdb::LogicalOperatorType;
using Plan = duckdb::unique_ptr<LogicalOperator>;

constexpr const char* kMark = "lake_barrier";
/// No result has as many rows. Should a user write this very LIMIT, taking it off changes nothing.
constexpr int64_t kNoLimit = (int64_t{1} << 61) + 20'261'121;

bool IsMark(const Expression& expression) {
  return expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_FUNCTION &&
         expression.Cast<duckdb::BoundFunctionExpression>().function.name == kMark;
}

bool IsMarkedFilter(const LogicalOperator& node) {
  return node.type == LogicalOperatorType::LOGICAL_FILTER &&
         std::ranges::any_of(node.expressions, [](const auto& e) { return IsMark(*e); });
}

bool HasMark(const LogicalOperator& node) {
  return IsMarkedFilter(node) ||
         std::ranges::any_of(node.children, [](const auto& child) { return HasMark(*child); });
}

/// Takes the mark out of a marked filter, and the filter with it when it held nothing else. Returns the slot
/// of what was below.
Plan& TakeMarkOff(Plan& filter) {
  std::erase_if(filter->expressions, [](const auto& e) { return IsMark(*e); });
  if (!filter->expressions.empty()) return filter->children[0];
  Plan below = std::move(filter->children[0]);
  filter = std::move(below);
  return filter;
}

/// Calls `act` with the slot below each outermost mark, after the mark is gone.
void ForEachHidden(Plan& slot, const std::function<void(Plan&)>& act) {
  if (IsMarkedFilter(*slot)) {
    act(TakeMarkOff(slot));
    return;
  }
  for (Plan& child : slot->children) ForEachHidden(child, act);
}

void RemoveMarks(Plan& plan) {
  ForEachHidden(plan, [](Plan& hidden) { RemoveMarks(hidden); });
}

class Barrier {
 public:
  explicit Barrier(duckdb::Optimizer& optimizer) : optimizer_(optimizer), context_(optimizer.context) {}

  /// Nothing that DuckDB could move across a mark can fail. What is below the innermost marks is the
  /// relation's own: its conditions and joins see every row anyway, but what it projects may be pulled into
  /// the user's conditions.
  bool NothingCanFail(LogicalOperator& node, bool below_innermost_mark) {
    const bool own = below_innermost_mark && node.type != LogicalOperatorType::LOGICAL_PROJECTION;
    bool safe = true;
    if (!own)
      duckdb::LogicalOperatorVisitor::EnumerateExpressions(
          node, [&](duckdb::unique_ptr<Expression>* expression) {
            safe = safe && (IsMark(**expression) || IsSafeOnHiddenRows(context_, **expression));
          });
    const bool below = below_innermost_mark || (IsMarkedFilter(node) && !HasMark(*node.children[0]));
    for (const Plan& child : node.children) safe = safe && NothingCanFail(*child, below);
    return safe;
  }

  /// Puts LIMITs where the marks are, below them the conditions from above that cannot fail.
  void Raise(Plan& plan) {
    const size_t first = hidden_.size();
    ForEachHidden(plan, [&](Plan& slot) { PutAside(slot); });
    duckdb::FilterPushdown pushdown(optimizer_, false);
    plan = pushdown.Rewrite(std::move(plan));
    PutBack(plan);
    hidden_.resize(first);
  }

 private:
  /// A marked relation while DuckDB pushes filters down to where it was: it must not see what is in there.
  struct Hidden {
    duckdb::idx_t reference = 0;
    Plan relation;
  };

  void PutAside(Plan& slot) {
    if (slot->type != LogicalOperatorType::LOGICAL_PROJECTION)
      throw duckdb::InternalException("lake_barrier() is not over a SELECT");
    slot->ResolveOperatorTypes();
    const duckdb::idx_t reference = optimizer_.binder.GenerateTableIndex();
    duckdb::vector<std::string> names(slot->types.size());
    Plan stand_in = duckdb::make_uniq<duckdb::LogicalCTERef>(
        slot->Cast<duckdb::LogicalProjection>().table_index, reference, slot->types, std::move(names));
    hidden_.push_back({reference, std::exchange(slot, std::move(stand_in))});
  }

  /// The relation of a stand-in; null for a real reference.
  Plan Take(const LogicalOperator& node) {
    if (node.type != LogicalOperatorType::LOGICAL_CTE_REF) return nullptr;
    const auto& reference = node.Cast<duckdb::LogicalCTERef>();
    const auto found = std::ranges::find(hidden_, reference.cte_index, &Hidden::reference);
    return found == hidden_.end() ? nullptr : std::move(found->relation);
  }

  void PutBack(Plan& slot) {
    if (Plan relation = Take(*slot)) {
      slot = Enclose(std::move(relation), {});
      return;
    }
    if (slot->type == LogicalOperatorType::LOGICAL_FILTER) {
      if (Plan relation = Take(*slot->children[0])) {
        auto pushed = TakePushable(slot->expressions, *relation);
        slot->children[0] = Enclose(std::move(relation), std::move(pushed));
        if (slot->expressions.empty()) {
          Plan below = std::move(slot->children[0]);
          slot = std::move(below);
        }
        return;
      }
    }
    for (Plan& child : slot->children) PutBack(child);
  }

  Plan Enclose(Plan relation, duckdb::vector<duckdb::unique_ptr<Expression>> conditions) {
    if (!conditions.empty()) {
      auto filter = duckdb::make_uniq<duckdb::LogicalFilter>();
      filter->expressions = std::move(conditions);
      filter->children.push_back(std::move(relation));
      relation = std::move(filter);
    }
    if (HasMark(*relation)) Raise(relation);  // To a mark inside, this relation is one of its users.
    auto limit = duckdb::make_uniq<duckdb::LogicalLimit>(duckdb::BoundLimitNode::ConstantValue(kNoLimit),
                                                         duckdb::BoundLimitNode());
    limit->children.push_back(std::move(relation));
    return limit;
  }

  duckdb::vector<duckdb::unique_ptr<Expression>> TakePushable(
      duckdb::vector<duckdb::unique_ptr<Expression>>& conditions, LogicalOperator& relation) {
    duckdb::vector<duckdb::unique_ptr<Expression>> pushable;
    for (auto& condition : conditions) {
      if (condition->IsVolatile() || condition->CanThrow() || !IsSafeOnHiddenRows(context_, *condition) ||
          !ReadsSafeColumns(*condition, relation))
        continue;
      pushable.push_back(std::move(condition));
    }
    std::erase(conditions, nullptr);
    return pushable;
  }

  /// Below the border a column becomes what computes it, such as a mask.
  bool ReadsSafeColumns(const Expression& expression, LogicalOperator& relation) {
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_COLUMN_REF)
      return IsSafeColumn(expression.Cast<duckdb::BoundColumnRefExpression>().binding, relation);
    bool safe = true;
    duckdb::ExpressionIterator::EnumerateChildren(
        expression, [&](const Expression& child) { safe = safe && ReadsSafeColumns(child, relation); });
    return safe;
  }

  bool IsSafeColumn(const duckdb::ColumnBinding& binding, LogicalOperator& node) {
    if (node.type == LogicalOperatorType::LOGICAL_PROJECTION &&
        node.Cast<duckdb::LogicalProjection>().table_index == binding.table_index) {
      const Expression& expression = *node.expressions[binding.column_index];
      return !expression.IsVolatile() && IsSafeOnHiddenRows(context_, expression) &&
             ReadsSafeColumns(expression, *node.children[0]);
    }
    if (node.type == LogicalOperatorType::LOGICAL_GET) return true;
    // Filters and joins hand columns through from the side that has them.
    for (const Plan& child : node.children) {
      const auto bindings = child->GetColumnBindings();
      if (std::ranges::find(bindings, binding) != bindings.end()) return IsSafeColumn(binding, *child);
    }
    return false;
  }

  duckdb::Optimizer& optimizer_;
  duckdb::ClientContext& context_;
  std::vector<Hidden> hidden_;
};

void BeforeOptimizing(duckdb::OptimizerExtensionInput& input, Plan& plan) {
  if (!HasMark(*plan)) return;
  Barrier barrier(input.optimizer);
  if (barrier.NothingCanFail(*plan, false)) {
    RemoveMarks(plan);
    return;
  }
  // Conditions reach a relation through a WITH that is used once only when it is inlined. DuckDB does the
  // same next.
  duckdb::CTEInlining inlining(input.optimizer);
  plan = inlining.Optimize(std::move(plan));
  barrier.Raise(plan);
}

void RemoveLimits(Plan& slot) {
  while (slot->type == LogicalOperatorType::LOGICAL_LIMIT) {
    const auto& limit = slot->Cast<duckdb::LogicalLimit>();
    if (limit.limit_val.Type() != duckdb::LimitNodeType::CONSTANT_VALUE ||
        limit.limit_val.GetConstantValue() != static_cast<duckdb::idx_t>(kNoLimit) ||
        limit.offset_val.Type() != duckdb::LimitNodeType::UNSET)
      break;
    Plan below = std::move(slot->children[0]);
    slot = std::move(below);
  }
  for (Plan& child : slot->children) RemoveLimits(child);
}

void AfterOptimizing(duckdb::OptimizerExtensionInput&, Plan& plan) { RemoveLimits(plan); }

/// Only a plan that DuckDB does not optimize keeps the mark.
void ReturnTrue(duckdb::DataChunk&, duckdb::ExpressionState&, duckdb::Vector& result) {
  result.Reference(duckdb::Value::BOOLEAN(true));
}

}  // namespace

void AddRowBarrier(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  extension.pre_optimize_function = BeforeOptimizing;
  extension.optimize_function = AfterOptimizing;
  duckdb::OptimizerExtension::Register(config, extension);
}

void RegisterBarrierFunction(duckdb::DuckDB& database) {
  duckdb::ScalarFunction function(kMark, {}, duckdb::LogicalType::BOOLEAN, ReturnTrue);
  AddOwnFunction(database, std::move(function));
}

}  // namespace lake::engine
