// How much of what is nearest the graph finds, by queries that are no rows of it.
#pragma once

#include <cstddef>
#include <span>

#include "lake/ann/index.h"
#include "lake/common/cancel.h"
#include "lake/vector/index_record.h"

namespace lake::vector {

inline constexpr size_t kRecallQueries = 500;  ///< At least.
inline constexpr size_t kRecallK = 10;

/// Asks each query through the graph and exactly. The interval is Wilson's for a share of as many trials as
/// there are queries, so it is never wider than 500 answers can tell, and never a point.
Result<MeasuredRecall> MeasureRecall(const ann::Index& index, const ann::Matrix& queries,
                                     const WalkSettings& walk, size_t threads, const CancelToken& cancel);

}  // namespace lake::vector
