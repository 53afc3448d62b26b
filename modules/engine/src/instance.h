// Instance: one hardened DuckDB database in memory. A bug inside DuckDB can make an instance unusable; the
// engine then opens another, and this one goes when its last session does.
#pragma once

#include "duckdb_prelude.h"

#include <memory>
#include <string>

#include "duckdb/main/database.hpp"
#include "lake/common/result.h"
#include "lake/engine/engine.h"

namespace lake::engine {

class Instance {
 public:
  /// Spills into `spill_directory`, which is removed with the instance.
  static Result<std::shared_ptr<Instance>> Open(const EngineOptions& options, std::string spill_directory);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  duckdb::DuckDB& database() { return *database_; }
  bool usable() const;

 private:
  Instance() = default;
  void Harden(const EngineOptions& options);

  std::string spill_directory_;
  std::unique_ptr<duckdb::DuckDB> database_;
};

}  // namespace lake::engine
