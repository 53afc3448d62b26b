#include "session.h"

#include "duckdb/common/allocator.hpp"
#include "duckdb/main/client_context.hpp"
#include "duckdb/main/pending_query_result.hpp"
#include "duckdb/parser/parser.hpp"
#include "errors.h"
#include "tree_serializer.h"
#include "worker_failure.h"

namespace lake::engine {
namespace {

/// BIGINT for integers: a parameter must not overflow where the same number in a column would not.
Result<duckdb::Value> ValueOf(const JsonValue& parameter, size_t index) {
  if (parameter.is_null()) return duckdb::Value();
  if (parameter.is_bool()) return duckdb::Value::BOOLEAN(parameter.as_bool());
  if (parameter.is_int()) return duckdb::Value::BIGINT(parameter.as_int());
  if (parameter.is_uint()) return duckdb::Value::UBIGINT(parameter.as_uint());
  if (parameter.is_double()) return duckdb::Value::DOUBLE(parameter.as_double());
  if (parameter.is_string()) return duckdb::Value(parameter.as_string());
  return InvalidArgument("bad_parameter", "parameter ${} must be null, a boolean, a number or a string",
                         index + 1);
}

}  // namespace

DuckSession::DuckSession(std::shared_ptr<Instance> instance, DeadlineWatch& watch, const Context& context,
                         ReadSet read_set)
    : instance_(std::move(instance)),
      state_(duckdb::make_shared_ptr<SessionState>(context, std::move(read_set))),
      connection_(std::make_unique<duckdb::Connection>(instance_->database())) {
  duckdb::ClientContext& client = *connection_->context;
  client.registered_state->Insert(SessionState::kName, state_);
  KeepWorkerFailures(client, state_);
  duckdb::weak_ptr<duckdb::ClientContext> weak(connection_->context);
  const auto interrupt = [weak] {
    if (auto running = weak.lock()) running->Interrupt();
  };
  on_cancel_ = context.cancel.OnCancel(interrupt);
  on_deadline_ = watch.Watch(context.deadline, interrupt);
}

DuckSession::~DuckSession() {
  on_cancel_ = {};
  on_deadline_ = {};
  // Ends a statement that was not read to its end. Its tasks hold the connection for moments: a worker left
  // as the last holder would wait for its own task, forever.
  connection_->context->Destroy();
  connection_.reset();
  // What a stopped statement had in memory goes back to the machine now and not with some later statement.
  if (!state_->context().CheckAlive().ok()) duckdb::Allocator::FlushAll();
}

Result<DuckSession::BoundSelect> DuckSession::BindParameters(const SelectTree& tree,
                                                             const std::vector<JsonValue>& parameters) {
  const JsonValue* statements = tree.root.Find("statements");
  if (statements == nullptr || !statements->is_array() || statements->as_array().size() != 1)
    return Internal("bad_tree", "internal error").WithCause("not one statement");
  LAKE_ASSIGN_OR_RETURN(auto statement, StatementOf(statements->as_array().front()));
  for (const auto& [name, index] : statement->named_param_map) {
    if (index == 0 || index > parameters.size() || name != std::to_string(index))
      return InvalidArgument("bad_parameter", "the statement uses parameter ${}, which was not given", name);
  }
  if (statement->named_param_map.size() != parameters.size())
    return InvalidArgument("bad_parameter", "parameters used by the statement: {}; given: {}",
                           statement->named_param_map.size(), parameters.size());
  NamedValues values;
  for (size_t i = 0; i < parameters.size(); ++i) {
    LAKE_ASSIGN_OR_RETURN(duckdb::Value value, ValueOf(parameters[i], i));
    values.emplace(std::to_string(i + 1), duckdb::BoundParameterData(std::move(value)));
  }
  return BoundSelect{std::move(statement), std::move(values)};
}

Result<std::unique_ptr<ResultStream>> DuckSession::Execute(const SelectTree& tree,
                                                           const std::vector<JsonValue>& parameters) {
  LAKE_ASSIGN_OR_RETURN(BoundSelect select, BindParameters(tree, parameters));
  state_->StartStatement(StatementTrust::kUser);
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ResultStream> stream,
                        Prepare(std::move(select.statement), std::move(select.values)));
  return stream;
}

Result<std::unique_ptr<ResultStream>> DuckSession::ExecuteTrusted(std::string_view sql) {
  state_->StartStatement(StatementTrust::kTrusted);
  try {
    duckdb::Parser parser;
    parser.ParseQuery(std::string(sql));
    if (parser.statements.size() != 1)
      return Internal("bad_trusted_sql", "internal error").WithCause(std::string(sql));
    LAKE_ASSIGN_OR_RETURN(auto stream, Prepare(std::move(parser.statements.front()), {}));
    LAKE_RETURN_IF_ERROR(stream->Start());
    return std::unique_ptr<ResultStream>(std::move(stream));
  } catch (const std::exception& failure) {
    return TranslateError(duckdb::ErrorData(failure), *state_);
  }
}

Result<std::unique_ptr<DuckStream>> DuckSession::Prepare(duckdb::unique_ptr<duckdb::SQLStatement> statement,
                                                         NamedValues values) {
  LAKE_RETURN_IF_ERROR(state_->context().CheckAlive());
  statement->query
      .clear();  // With the text at hand DuckDB turns the position into a drawing inside the message.
  try {
    auto pending = connection_->PendingQuery(std::move(statement), values,
                                             duckdb::QueryResultOutputType::ALLOW_STREAMING);
    if (pending->HasError()) return TranslateError(pending->GetErrorObject(), *state_);
    return std::make_unique<DuckStream>(std::move(pending), state_, connection_->context);
  } catch (const std::exception& failure) {
    return TranslateError(duckdb::ErrorData(failure), *state_);
  }
}

StatementProgress DuckSession::progress() const {
  auto progress = connection_->context->GetQueryProgress();
  const double percentage = progress.GetPercentage();
  return {percentage > 0 ? percentage / 100 : 0, progress.GetRowsProcesseed()};
}

}  // namespace lake::engine
