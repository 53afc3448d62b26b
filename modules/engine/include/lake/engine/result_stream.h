// The rows of one running statement, batch by batch, and the ways to write a batch down exactly.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/result.h"
#include "lake/engine/arrow_abi.h"

namespace lake::engine {

struct ResultColumn {
  std::string name;
  std::string type;  ///< SQL type text, e.g. "DECIMAL(18,2)".
};

/// Some rows, at most 65,536: what the statement gave within a few milliseconds. One thread at a time.
class Batch {
 public:
  virtual ~Batch() = default;
  virtual size_t rows() const = 0;
};

/// One thread at a time. Destroying it stops the statement.
class ResultStream {
 public:
  virtual ~ResultStream() = default;

  virtual const std::vector<ResultColumn>& columns() const = 0;
  /// The next batch, never empty; null at the end. Errors: those of the statement, see Session.
  virtual Result<std::unique_ptr<Batch>> Next() = 0;
};

/// Writes rows [first, first + count) of a batch. One per stream; batches must come from that stream, in any
/// order.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void Append(const Batch& batch, size_t first, size_t count, std::string* out) = 0;
};

/// Rows as JSON arrays, each preceded by a comma except the first ever written. Integers beyond ±2^53 and
/// every DECIMAL and HUGEINT are strings; NaN and infinities are the strings "NaN", "Infinity", "-Infinity";
/// dates, times and timestamps are ISO 8601 text ("infinity", "-infinity"), TIMESTAMPTZ in UTC with "Z";
/// blobs base64; intervals ISO 8601 durations; lists are arrays, structs objects, structs without names
/// arrays, maps arrays of {"key", "value"}, unions objects of the member that is set; other types are the
/// engine's text.
std::unique_ptr<RowWriter> MakeJsonArrayWriter(const ResultStream& stream);
/// One JSON object a line, with the same values. A column whose name an earlier one has gets "_2", "_3"…
/// added.
std::unique_ptr<RowWriter> MakeNdjsonWriter(const ResultStream& stream);
/// RFC 4180 with \r\n; NULL is empty, the empty string is "". Values as in JSON without its quotes, every
/// integer in digits; nested values are JSON. `CsvHeader` is the first line.
std::unique_ptr<RowWriter> MakeCsvWriter(const ResultStream& stream);
std::string CsvHeader(const ResultStream& stream);

/// Arrow IPC stream: Schema() once, then one message per Append, then End(). ENUM, UHUGEINT, BIT, BIGNUM,
/// TIMETZ, UNION, VARIANT and GEOMETRY are text; HUGEINT is decimal128(38, 0).
class ArrowIpcWriter {
 public:
  virtual ~ArrowIpcWriter() = default;
  virtual Status Schema(std::string* out) = 0;
  virtual Status Append(const Batch& batch, size_t first, size_t count, std::string* out) = 0;
  virtual void End(std::string* out) = 0;
};
Result<std::unique_ptr<ArrowIpcWriter>> MakeArrowIpcWriter(const ResultStream& stream);

/// Hands the whole rest of the stream over through the Arrow C stream interface; the consumer releases `out`.
Status ExportArrowStream(std::unique_ptr<ResultStream> stream, ArrowArrayStream* out);

}  // namespace lake::engine
