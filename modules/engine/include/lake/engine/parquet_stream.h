// Rows of a stream as the bytes of one Parquet file, made while they come.
#pragma once

#include <memory>
#include <string>

#include "lake/engine/result_stream.h"

namespace lake::engine {

/// Begin once, then rows, then End, which writes the footer: without it the bytes are no Parquet file. A row
/// group is kept until it has kParquetGroupRows rows or kParquetGroupBytes bytes, in memory that the engine
/// counts and may spill. ZSTD; columns of one name get "_2", "_3"… as in NDJSON. One thread at a time;
/// `stream` must outlive it. Errors: those of a statement, see Session.
class ParquetStreamWriter {
 public:
  virtual ~ParquetStreamWriter() = default;
  virtual Status Begin(std::string* out) = 0;
  /// Rows [0, count) of the batch.
  virtual Status Append(const Batch& batch, size_t count, std::string* out) = 0;
  virtual Status End(std::string* out) = 0;
};

/// DuckDB's own size of a row group: readers work in parallel by row groups, and skip by their statistics.
constexpr size_t kParquetGroupRows = 122'880;
/// Bounds the memory of one answer of wide rows.
constexpr size_t kParquetGroupBytes = 32u << 20;

/// Error: invalid_argument/type_not_storable naming a column whose values a Parquet file would not give back
/// as they are.
Result<std::unique_ptr<ParquetStreamWriter>> MakeParquetStreamWriter(const ResultStream& stream);

}  // namespace lake::engine
