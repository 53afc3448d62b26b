// The strategy that goes by a model: docs/decisions/0029.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "lake/tuning/autotune.h"
#include "lake/tuning/strategy.h"
#include "lake/vector/hnsw_config.h"
#include "sampled_graph.h"

namespace lake::tuning {

struct ModelOptions {
  vector::HnswConfig champion;  ///< Built first, and what the others are compared with.
  TuningLimits limits;
  std::vector<SampledGraph> graphs;  ///< What may be built; of equal promise the first.
  size_t k = 10;
  size_t queries = 0;  ///< That walks are measured with.
};

/// A graph is expected to add so much of the hypervolume, or it is not built.
inline constexpr double kWorthBuilding = 0.002;

std::unique_ptr<Strategy> MakeModelStrategy(ModelOptions options);

/// What may be built: some of every ef_construction, degree and alpha, with the champion's seed.
std::vector<vector::HnswConfig> GraphLattice(const vector::HnswConfig& champion);

}  // namespace lake::tuning
