// Two walks measured with the same queries, in turns.
#pragma once

#include <vector>

#include "evaluation.h"
#include "lake/ann/index.h"
#include "lake/common/cancel.h"
#include "lake/common/result.h"

namespace lake::tuning {

struct WalkOfGraph {
  const ann::Index& index;
  ann::SearchOptions options;
};

/// Of each query, in their order.
struct QueryFigures {
  std::vector<double> latencies_us;  ///< The best of several rounds.
  std::vector<uint32_t> hits;
};

struct SideBySide {
  QueryFigures one;
  QueryFigures other;
};

/// Rounds over all queries, by one and by the other, each first in every second round: what else the machine
/// does meets both, and no query finds in the caches what it fetched for the other. Errors: those of
/// ann::Index::Search, of `cancel`.
Result<SideBySide> MeasureSideBySide(const WalkOfGraph& one, const WalkOfGraph& other,
                                     const AskedQueries& queries, const CancelToken& cancel);

/// The shares of what was to be found, of each query.
std::vector<double> SharesFound(const std::vector<uint32_t>& hits, const AskedQueries& queries);

}  // namespace lake::tuning
