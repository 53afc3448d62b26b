// DuckDB embedded in this process: what the lakehouse is measured against. The same library as the
// lakehouse's engine, by its C interface, on one connection that stays.
#pragma once

#include <duckdb.h>

#include <cstdint>
#include <memory>
#include <string>

#include "arrow_table.h"
#include "lake/app/settings.h"
#include "lake/common/result.h"

namespace lake::bench {

class DuckDbPeer {
 public:
  /// With the threads and the memory of `settings`, which say the same to the lakehouse's engine. Errors,
  /// here and below: internal/peer_failed.
  static Result<std::unique_ptr<DuckDbPeer>> Open(const app::QuerySettings& settings);
  ~DuckDbPeer();
  DuckDbPeer(const DuckDbPeer&) = delete;
  DuckDbPeer& operator=(const DuckDbPeer&) = delete;

  /// The first cell of the result as an integer; 0 when there is none.
  Result<int64_t> Execute(const std::string& sql);
  /// The whole result as Arrow arrays.
  Result<ArrowTable> Query(const std::string& sql);

 private:
  DuckDbPeer() = default;

  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

}  // namespace lake::bench
