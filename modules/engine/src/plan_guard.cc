#include "plan_guard.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "duckdb/main/client_context.hpp"
#include "duckdb/optimizer/optimizer_extension.hpp"
#include "duckdb/planner/expression/bound_function_expression.hpp"
#include "duckdb/planner/expression_iterator.hpp"
#include "duckdb/planner/operator/logical_get.hpp"
#include "lake/common/error.h"
#include "session_state.h"

namespace lake::engine {
namespace {

/// Functions that change the instance for everyone, show other statements, or wait. `enable_logging` with a
/// file storage even makes the instance unusable.
bool IsForbidden(std::string_view name) {
  static constexpr auto kNames = std::to_array<std::string_view>({"checkpoint",
                                                                  "disable_logging",
                                                                  "disable_profiling",
                                                                  "duckdb_approx_database_count",
                                                                  "duckdb_connections",
                                                                  "duckdb_external_file_cache",
                                                                  "duckdb_log_contexts",
                                                                  "duckdb_logs",
                                                                  "duckdb_memory",
                                                                  "duckdb_secrets",
                                                                  "duckdb_settings",
                                                                  "duckdb_temporary_files",
                                                                  "enable_logging",
                                                                  "enable_profiling",
                                                                  "force_checkpoint",
                                                                  "from_substrait",
                                                                  "getenv",
                                                                  "glob",
                                                                  "json_execute_serialized_sql",
                                                                  "load_aws_credentials",
                                                                  "pg_sleep",
                                                                  "pragma_database_size",
                                                                  "pragma_platform",
                                                                  "pragma_user_agent",
                                                                  "pragma_version",
                                                                  "query",
                                                                  "query_table",
                                                                  "read_blob",
                                                                  "read_text",
                                                                  "sleep_ms",
                                                                  "truncate_duckdb_logs",
                                                                  "which_secret",
                                                                  "write_log"});
  return std::binary_search(kNames.begin(), kNames.end(), name);
}

[[noreturn]] void Refuse(SessionState& session, const std::string& name) {
  session.RecordFailure(
      PermissionDenied("function_not_permitted", "function {} is not permitted in a statement", name));
  throw duckdb::PermissionException("function is not permitted");
}

void CheckExpression(SessionState& session, const duckdb::Expression& expression) {
  if (expression.GetExpressionClass() == duckdb::ExpressionClass::BOUND_FUNCTION) {
    const std::string& name = expression.Cast<duckdb::BoundFunctionExpression>().function.name;
    if (IsForbidden(name)) Refuse(session, name);
  }
  duckdb::ExpressionIterator::EnumerateChildren(
      expression, [&session](const duckdb::Expression& child) { CheckExpression(session, child); });
}

void CheckOperator(SessionState& session, const duckdb::LogicalOperator& node) {
  if (node.type == duckdb::LogicalOperatorType::LOGICAL_GET) {
    const std::string& name = node.Cast<duckdb::LogicalGet>().function.name;
    if (IsForbidden(name)) Refuse(session, name);
  }
  for (const auto& expression : node.expressions) CheckExpression(session, *expression);
  for (const auto& child : node.children) CheckOperator(session, *child);
}

void Check(duckdb::OptimizerExtensionInput& input, duckdb::unique_ptr<duckdb::LogicalOperator>& plan) {
  const auto session = SessionState::Of(input.context);
  if (session && session->trust() == StatementTrust::kUser) CheckOperator(*session, *plan);
}

}  // namespace

void AddPlanGuard(duckdb::DBConfig& config) {
  duckdb::OptimizerExtension extension;
  extension.pre_optimize_function = Check;
  duckdb::OptimizerExtension::Register(config, extension);
}

}  // namespace lake::engine
