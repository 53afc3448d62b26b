// Which of the trials of an index is the best.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "lake/common/describe.h"
#include "lake/tuning/trial.h"

namespace lake::tuning {

enum class BestBy {
  kRecall,   ///< Highest recall; the newest of equals.
  kLatency,  ///< Lowest p95; the oldest of equals.
  kPareto,   ///< Highest recall - weight * min(p95 / cap, 1); the newest of equals.
};

/// What a latency costs in recall.
struct ParetoRule {
  double latency_weight = 0.2;
  double latency_cap_us = 1000;  ///< A latency of so much or more costs the whole weight.
};

/// Position of the best; none of none. Of trials of the same moment the later in `trials` is newer. A figure
/// that is NaN is worse than any other.
std::optional<size_t> FindBest(std::span<const Trial> trials, BestBy by, const ParetoRule& rule);

}  // namespace lake::tuning

template <>
struct lake::DescribeEnum<lake::tuning::BestBy> {
  using B = lake::tuning::BestBy;
  static constexpr std::array kNames = {EnumName(B::kRecall, "recall"), EnumName(B::kLatency, "latency"),
                                        EnumName(B::kPareto, "pareto")};
};
