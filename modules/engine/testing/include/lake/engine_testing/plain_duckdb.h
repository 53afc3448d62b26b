// DuckDB as it comes, with nothing of the engine around it.
#pragma once

#include <memory>
#include <string>

#include "lake/common/result.h"

namespace lake::engine {

class PlainDuckDb {
 public:
  /// A database in memory with one connection.
  static std::unique_ptr<PlainDuckDb> Open();
  virtual ~PlainDuckDb() = default;

  /// Runs one statement or several, to their last rows. Error: invalid_argument/duckdb, in DuckDB's words.
  virtual Status Run(const std::string& sql) = 0;
  /// Binds one statement, and nothing of it is computed. Errors as above.
  virtual Status Bind(const std::string& sql) = 0;
};

}  // namespace lake::engine
