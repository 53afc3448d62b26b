// The rows of a DuckDB result as a ResultStream.
#pragma once

#include "duckdb_prelude.h"

#include <memory>
#include <vector>

#include "duckdb/common/types/data_chunk.hpp"
#include "duckdb/main/pending_query_result.hpp"
#include "lake/engine/result_stream.h"
#include "session_state.h"

namespace lake::engine {

class DuckBatch final : public Batch {
 public:
  DuckBatch(uint64_t serial, std::vector<duckdb::unique_ptr<duckdb::DataChunk>> chunks);

  size_t rows() const override { return rows_; }
  /// Counts the batches of a stream from 1.
  uint64_t serial() const { return serial_; }
  const std::vector<duckdb::unique_ptr<duckdb::DataChunk>>& chunks() const { return chunks_; }

 private:
  std::vector<duckdb::unique_ptr<duckdb::DataChunk>> chunks_;
  uint64_t serial_;
  size_t rows_ = 0;
};

class DuckStream final : public ResultStream {
 public:
  /// The statement is bound and planned; it runs from Start on.
  DuckStream(duckdb::unique_ptr<duckdb::PendingQueryResult> pending, duckdb::shared_ptr<SessionState> session,
             duckdb::shared_ptr<duckdb::ClientContext> client);

  /// Runs the statement until its first rows are there. Next does so when nobody did. Error: as Next.
  Status Start();

  const std::vector<ResultColumn>& columns() const override { return columns_; }
  Result<std::unique_ptr<Batch>> Next() override;

  const duckdb::vector<duckdb::LogicalType>& types() const { return types_; }
  const duckdb::shared_ptr<SessionState>& session() const { return session_; }
  const duckdb::ClientProperties& client_properties() const { return client_properties_; }
  /// What client_properties() points to.
  const duckdb::shared_ptr<duckdb::ClientContext>& client() const { return client_; }

 private:
  /// The next chunk with rows; null at the end.
  Result<duckdb::unique_ptr<duckdb::DataChunk>> FetchChunk();

  duckdb::unique_ptr<duckdb::PendingQueryResult> pending_;  // Null after Start.
  duckdb::unique_ptr<duckdb::QueryResult> result_;          // Null before Start, after the end and an error.
  duckdb::shared_ptr<SessionState> session_;
  std::vector<ResultColumn> columns_;
  duckdb::vector<duckdb::LogicalType> types_;
  duckdb::shared_ptr<duckdb::ClientContext> client_;
  duckdb::ClientProperties client_properties_;
  uint64_t batches_ = 0;
};

/// Each stream and batch of this module is one of the above.
inline const DuckStream& AsDuckStream(const ResultStream& stream) {
  return static_cast<const DuckStream&>(stream);
}
inline const DuckBatch& AsDuckBatch(const Batch& batch) { return static_cast<const DuckBatch&>(batch); }

}  // namespace lake::engine
