// Which trial is to be judged, and whether it may take the champion's place: docs/decisions/0029.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lake/tuning/autotune.h"
#include "lake/tuning/decision.h"
#include "lake/tuning/trial.h"

namespace lake::tuning {

/// What a gain has to be, as a share: of p50, of memory or build time.
inline constexpr double kLeastP50Gain = 0.05;
inline constexpr double kLeastCostGain = 0.2;
/// A recall that is lower by less counts as no lower.
inline constexpr double kRecallMargin = 0.005;

/// Of the trials within the limits the quickest whose recall is sure (by the bound of the queries that it was
/// measured with) to be min_recall, and by the same queries not lower than the champion's where that is
/// enough; when none is sure the one with the highest recall. Of equals the one with the higher recall, then
/// the first. `champion`: position of its trial, none when it could not be measured.
std::optional<size_t> ChooseCandidate(std::span<const Trial> trials, std::optional<size_t> champion,
                                      const TuningLimits& limits, uint64_t seed);

/// One of the two, with what each query found and took, in the same order for both.
struct Judged {
  JudgedConfig config;  ///< Without recall_bound.
  std::vector<double> shares;
  std::vector<double> latencies_us;
};

/// A figure that is NaN proves nothing.
Decision Decide(const Judged& candidate, const Judged& champion, const TuningLimits& limits, uint64_t seed);

}  // namespace lake::tuning
