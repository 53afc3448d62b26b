// Session::Explain: binds, optimizes and plans a statement as Execute does, and stops there.
#include "duckdb_prelude.h"

#include "duckdb/execution/physical_operator.hpp"
#include "duckdb/execution/physical_plan_generator.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/optimizer/optimizer.hpp"
#include "duckdb/planner/planner.hpp"
#include "errors.h"
#include "session.h"

namespace lake::engine {
namespace {

/// DuckDB marks names that it renders in its own way: "__order_by__".
std::string PlainName(std::string_view name) {
  if (name.starts_with("__")) name.remove_prefix(2);
  if (name.ends_with("__")) name.remove_suffix(2);
  return std::string(name);
}

PlanOperator Describe(const duckdb::PhysicalOperator& physical) {
  PlanOperator described = {.name = physical.GetName(), .estimated_rows = physical.estimated_cardinality};
  for (const auto& [key, value] : physical.ParamsToString()) {
    std::string name = PlainName(key);
    if (name != "estimated_cardinality" && !value.empty()) described.details.emplace(std::move(name), value);
  }
  for (const auto& child : physical.GetChildren()) described.children.push_back(Describe(child.get()));
  return described;
}

}  // namespace

Result<StatementPlan> DuckSession::Explain(const SelectTree& tree, const std::vector<JsonValue>& parameters) {
  LAKE_ASSIGN_OR_RETURN(BoundSelect select, BindParameters(tree, parameters));
  state_->StartStatement(StatementTrust::kUser);
  LAKE_RETURN_IF_ERROR(state_->context().CheckAlive());
  duckdb::ClientContext& client = *connection_->context;
  StatementPlan plan;
  try {
    client.RunFunctionInTransaction([&] {
      state_->QueryBegin(client);
      duckdb::Planner planner(client);
      for (const auto& [name, value] : select.values) planner.parameter_data.emplace(name, value);
      planner.CreatePlan(std::move(select.statement));
      for (size_t i = 0; i < planner.names.size(); ++i)
        plan.columns.push_back({planner.names[i], planner.types[i].ToString()});
      duckdb::Optimizer optimizer(*planner.binder, client);  // With the plan guard in it.
      auto optimized = optimizer.Optimize(std::move(planner.plan));
      duckdb::PhysicalPlanGenerator generator(client);
      plan.root = Describe(generator.Plan(std::move(optimized))->Root());
    });
  } catch (const std::exception& failure) {
    return TranslateError(duckdb::ErrorData(failure), *state_);
  }
  return plan;
}

}  // namespace lake::engine
