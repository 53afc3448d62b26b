// A fresh connection to an instance, locked to one ReadSet.
#pragma once

#include "duckdb_prelude.h"

#include <memory>

#include "deadline_watch.h"
#include "duck_stream.h"
#include "duckdb/main/connection.hpp"
#include "instance.h"
#include "lake/engine/engine.h"
#include "session_state.h"

namespace lake::engine {

class DuckSession final : public Session {
 public:
  /// Throws what DuckDB throws. `watch` must outlive the session.
  DuckSession(std::shared_ptr<Instance> instance, DeadlineWatch& watch, const Context& context,
              ReadSet read_set);
  ~DuckSession() override;

  Result<std::unique_ptr<ResultStream>> Execute(const SelectTree& tree,
                                                const std::vector<JsonValue>& parameters) override;
  Result<StatementPlan> Explain(const SelectTree& tree, const std::vector<JsonValue>& parameters) override;
  Result<std::unique_ptr<ResultStream>> ExecuteTrusted(std::string_view sql) override;
  Result<WrittenFile> WriteParquet(std::string_view select, const ParquetTarget& target) override;
  StatementProgress progress() const override;

  Instance& instance() { return *instance_; }

 private:
  using NamedValues = duckdb::case_insensitive_map_t<duckdb::BoundParameterData>;
  struct BoundSelect {
    duckdb::unique_ptr<duckdb::SQLStatement> statement;
    NamedValues values;
  };

  static Result<BoundSelect> BindParameters(const SelectTree& tree, const std::vector<JsonValue>& parameters);
  /// Bound and planned, not run yet.
  Result<std::unique_ptr<DuckStream>> Prepare(duckdb::unique_ptr<duckdb::SQLStatement> statement,
                                              NamedValues values);

  std::shared_ptr<Instance> instance_;
  duckdb::shared_ptr<SessionState> state_;
  std::unique_ptr<duckdb::Connection> connection_;
  // Last members first to go: nothing interrupts a connection that is being destroyed.
  CancelRegistration on_cancel_;
  DeadlineWatch::Entry on_deadline_;
};

}  // namespace lake::engine
