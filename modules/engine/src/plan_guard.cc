#include "plan_guard.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "duckdb/common/type_visitor.hpp"
#include "duckdb/function/lambda_functions.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/logical_operator_visitor.hpp"
#include "duckdb/planner/operator/logical_copy_to_file.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "growth_limit.h"
#include "lake/common/error.h"
#include "session_state.h"

namespace lake::engine {
namespace {

/// Functions that change the instance for everyone, show other statements, or wait. `enable_logging` with a
/// file storage even makes the instance unusable.
bool IsForbidden(std::string_view name) {
  static constexpr auto kNames = std::to_array<std::string_view>({"checkpoint",
                                                                  "current_setting",
                                                                  "disable_logging",
                                                                  "disable_profiling",
                                                                  "enable_logging",
                                                                  "enable_profiling",
                                                                  "force_checkpoint",
                                                                  "from_substrait",
                                                                  "getenv",
                                                                  "getvariable",
                                                                  "glob",
                                                                  "json_execute_serialized_sql",
                                                                  "load_aws_credentials",
                                                                  "pg_sleep",
                                                                  "query",
                                                                  "query_table",
                                                                  "read_blob",
                                                                  "read_text",
                                                                  "sleep_ms",
                                                                  "sql_auto_complete",
                                                                  "stats",
                                                                  "truncate_duckdb_logs",
                                                                  "which_secret",
                                                                  "write_log"});
  // The engine's catalogue and settings, whatever of them a newer version adds.
  return name.starts_with("duckdb_") || name.starts_with("pragma_") ||
         std::binary_search(kNames.begin(), kNames.end(), name);
}

/// DuckDB's optimizer takes time in the cube of an expression's depth and does not listen to interrupts
/// meanwhile: 200 nested additions take 0.2 s, 900 take 30 s. Size × depth² is that cost; this much takes
/// about a second. AND and OR are flat, long IN lists and CASE have little depth.
constexpr uint64_t kMaxOptimizerCost = 40'000'000;

class PlanCheck {
 public:
  explicit PlanCheck(SessionState& session) : session_(session) {}

  void CheckOperator(duckdb::LogicalOperator& node) {
    if (node.type == duckdb::LogicalOperatorType::LOGICAL_GET)
      CheckName(node.Cast<duckdb::LogicalGet>().function.name);
    // Not all are in node.expressions: joins, groups and limits keep theirs elsewhere.
    duckdb::LogicalOperatorVisitor::EnumerateExpressions(
        node, [&](duckdb::unique_ptr<duckdb::Expression>* expression) {
          const Shape shape = CheckExpression(**expression);
          cost_ += shape.size * shape.depth * shape.depth;
        });
    if (cost_ > kMaxOptimizerCost)
      Refuse(InvalidArgument("statement_too_complex", "an expression of the statement is nested too deeply"));
    for (const auto& child : node.children) CheckOperator(*child);
  }

 private:
  struct Shape {
    uint64_t size = 1;
    uint64_t depth = 1;
  };

  Shape CheckExpression(const duckdb::Expression& expression) {
    Shape shape;
    if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_FUNCTION) {
      const auto& call = expression.Cast<duckdb::BoundFunctionExpression>();
      CheckName(call.function.name);
      if (call.function.HasBindLambdaCallback() && call.bind_info)  // A lambda's body is no child.
        if (const auto& body = call.bind_info->Cast<duckdb::ListLambdaBindData>().lambda_expr)
          shape = CheckExpression(*body);
    }
    duckdb::ExpressionIterator::EnumerateChildren(expression, [&](const duckdb::Expression& child) {
      const Shape below = CheckExpression(child);
      shape.size += below.size;
      shape.depth = std::max(shape.depth, below.depth + 1);
    });
    return shape;
  }

  void CheckName(const std::string& name) {
    if (IsForbidden(name))
      Refuse(PermissionDenied("function_not_permitted", "function {} is not permitted in a statement", name));
  }

  [[noreturn]] void Refuse(Error error) {
    session_.RecordFailure(std::move(error));
    throw duckdb::PermissionException("the plan is refused");
  }

  SessionState& session_;
  uint64_t cost_ = 0;
};

/// Parquet gives these back changed: rounded, shifted to UTC, or as another type.
bool IsChangedByParquet(const duckdb::LogicalType& type) {
  switch (type.id()) {
    case duckdb::LogicalTypeId::HUGEINT:
    case duckdb::LogicalTypeId::UHUGEINT:
    case duckdb::LogicalTypeId::TIME_TZ:
    case duckdb::LogicalTypeId::UNION:
      return true;
    default:
      return false;
  }
}

void CheckCopy(SessionState& session, const duckdb::LogicalOperator& plan) {
  if (plan.type != duckdb::LogicalOperatorType::LOGICAL_COPY_TO_FILE) return;
  const auto& copy = plan.Cast<duckdb::LogicalCopyToFile>();
  for (size_t i = 0; i < copy.expected_types.size(); ++i) {
    const duckdb::LogicalType& type = copy.expected_types[i];
    if (!duckdb::TypeVisitor::Contains(type, IsChangedByParquet)) continue;
    session.RecordFailure(InvalidArgument("type_not_storable",
                                          "column {} has the type {}, which Parquet does not keep exactly",
                                          copy.names[i], type.ToString()));
    throw duckdb::PermissionException("the plan is refused");
  }
}

void Check(duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
  const auto session = SessionState::Of(input.context);
  if (!session) return;
  if (session->trust() == StatementTrust::kUser) {
    PlanCheck(*session).CheckOperator(*plan);
    LimitGrowth(*plan);
  }
  CheckCopy(*session, *plan);
}

void LimitAgain(duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
  const auto session = SessionState::Of(input.context);
  if (session && session->trust() == StatementTrust::kUser) LimitGrowth(*plan);
}

}  // namespace

void AddPlanGuard(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  extension.pre_optimize_function = Check;
  extension.optimize_function = LimitAgain;
  duckdb::OptimizerExtension::Register(config, extension);
}

}  // namespace lake::engine
