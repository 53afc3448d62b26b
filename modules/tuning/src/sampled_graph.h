// A graph that may be built, and what it did over a sample of the rows.
#pragma once

#include <optional>
#include <vector>

#include "lake/vector/hnsw_config.h"
#include "walk_model.h"

namespace lake::tuning {

struct SampledGraph {
  vector::HnswConfig graph;
  std::optional<GraphFit> sample = {};  ///< None where there are too few rows to take a sample of.
};

inline std::vector<SampledGraph> Unsampled(const std::vector<vector::HnswConfig>& graphs) {
  std::vector<SampledGraph> list;
  for (const vector::HnswConfig& graph : graphs) list.push_back({.graph = graph});
  return list;
}

}  // namespace lake::tuning
