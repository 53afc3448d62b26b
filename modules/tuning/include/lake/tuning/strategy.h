// A strategy of tuning: what to build next, and how to walk it, from what is known.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "lake/common/describe.h"
#include "lake/tuning/trial.h"
#include "lake/vector/hnsw_config.h"

namespace lake::tuning {

enum class TuningStrategy {
  kGrid,           ///< Every configuration of a grid.
  kEpsilonGreedy,  ///< Now and then anything, else near the best so far.
  kModel,          ///< What a model expects most of for the time it takes: docs/decisions/0029.
};

/// A graph and the walks that are measured on it.
struct BuildProposal {
  vector::HnswConfig graph;  ///< Its ef_search, code and rerank say nothing.
  std::vector<vector::WalkSettings> walks;
};

/// Pure: the same journal gets the same proposal. Any thread.
class Strategy {
 public:
  virtual ~Strategy() = default;
  /// None: nothing is left that promises enough. `journal`: trials of one generation with one eval set, the
  /// oldest first.
  virtual std::optional<BuildProposal> Next(std::span<const Trial> journal) const = 0;
};

}  // namespace lake::tuning

template <>
struct lake::DescribeEnum<lake::tuning::TuningStrategy> {
  using S = lake::tuning::TuningStrategy;
  static constexpr std::array kNames = {EnumName(S::kGrid, "grid"),
                                        EnumName(S::kEpsilonGreedy, "epsilon_greedy"),
                                        EnumName(S::kModel, "model")};
};
