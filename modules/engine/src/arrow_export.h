// Batches as Arrow arrays over the C data interface. Types that Arrow readers stumble over become text: ENUM
// (else a dictionary), UHUGEINT, BIT, BIGNUM, TIMETZ, UNION, VARIANT and GEOMETRY. HUGEINT is decimal128(38,
// 0).
#pragma once

#include <memory>

#include "lake/common/result.h"
#include "lake/engine/result_stream.h"

namespace lake::engine {

class ArrowExporter {
 public:
  virtual ~ArrowExporter() = default;
  /// The schema of a struct with one field per column. The caller releases it.
  virtual Status Schema(ArrowSchema* out) = 0;
  /// Rows [first, first + count) of `batch`. The caller releases it.
  virtual Status Array(const Batch& batch, size_t first, size_t count, ArrowArray* out) = 0;
};

/// One for all batches of `stream`; independent of its life.
std::unique_ptr<ArrowExporter> MakeArrowExporter(const ResultStream& stream);

}  // namespace lake::engine
