// Which graphs are worth building over all rows: those that do best over samples of them. Successive halving
// (Jamieson and Talwalkar, AISTATS 2016): all over a small sample, the better ones over a larger one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "graph_workshop.h"
#include "lake/common/cancel.h"
#include "lake/common/result.h"
#include "lake/vector/hnsw_config.h"

namespace lake::tuning {

/// Graphs over fewer rows are built as quickly as over samples that still say something.
inline constexpr size_t kRowsWorthSampling = 40'000;

struct RankingOptions {
  const ann::Matrix& queries;  ///< The first few hundred are asked.
  size_t k = 10;
  double wanted_recall = 0.95;
  uint64_t seed = 0;  ///< Draws the samples.
  size_t least_rows = kRowsWorthSampling;
};

/// Positions of at most `keep` with the lowest costs, the lowest first; of equals the first. What is NaN
/// comes last, after what is infinite.
std::vector<size_t> Cheapest(std::span<const double> costs, size_t keep);

/// The survivors, the best first, by the codes that a walk compares for the wanted recall; all of them in
/// their order where there are too few rows. Depends on vectors, queries and options alone, not on the clock.
/// Errors: those of ann::Index::Build and Search.
Result<std::vector<vector::HnswConfig>> RankBySamples(const GraphWorkshop::Material& material,
                                                      std::vector<vector::HnswConfig> graphs,
                                                      const RankingOptions& options,
                                                      const CancelToken& cancel);

}  // namespace lake::tuning
