// Rows of a running query as bytes of an answer, in one of the offered formats.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/engine/result_stream.h"
#include "lake/gateway/wire/problem.h"

namespace lake::gateway {

/// In the order of preference among equals.
enum class ResultFormat { kJson, kNdjson, kCsv, kArrow, kParquet };
inline constexpr std::array<std::string_view, 5> kResultTypes = {
    "application/json", "application/x-ndjson", "text/csv", "application/vnd.apache.arrow.stream",
    "application/vnd.apache.parquet"};

/// What is known at the end.
struct ResultSummary {
  uint64_t row_count = 0;
  bool truncated = false;
  double elapsed_ms = 0;
  uint64_t version = 0;
};

/// What of an answer tells of this run of the statement; after End.
void AppendSummary(ResultFormat format, const ResultSummary& summary, std::string* out);

/// Each function appends to `out`. In this order: Begin, Rows…, then End or Fail.
class ResultEncoder {
 public:
  virtual ~ResultEncoder() = default;
  virtual Status Begin(std::string* out) = 0;
  virtual Status Rows(const engine::Batch& batch, size_t count,
                      std::string* out) = 0;  ///< The first `count` of it.
  virtual Status End(std::string* out) = 0;   ///< Of the rows; AppendSummary is the rest.
  /// How the format says that it ends early; false when it cannot.
  virtual bool Fail(const ResultSummary& summary, const wire::Problem& problem, std::string* out) = 0;
};

/// `rows` must outlive it. Error: invalid_argument/type_not_storable for kParquet.
Result<std::unique_ptr<ResultEncoder>> MakeResultEncoder(ResultFormat format,
                                                         const engine::ResultStream& rows);

}  // namespace lake::gateway
