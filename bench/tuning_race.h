// Strategies of tuning on the same vectors with the same CPU time, each measured in the same way.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "evaluation.h"
#include "lake/ann/metric.h"
#include "lake/common/result.h"
#include "lake/tuning/strategy.h"
#include "pareto_front.h"

namespace lake::bench {

/// Rows and queries with what is nearest to them. Borrowed.
struct TunedVectors {
  ann::Matrix rows;
  std::span<const uint64_t> ids;
  const tuning::AskedQueries& tune;      ///< What strategies see,
  const tuning::AskedQueries& held_out;  ///< what they are judged by.
  tuning::WalkPoint worst;               ///< What is not better counts as nothing.
};

/// One configuration that a strategy put on record.
struct RacePoint {
  double cpu_secs = 0;       ///< When, of what the strategy used; judging is not counted.
  tuning::WalkPoint judged;  ///< By the held-out queries.
};

/// Errors: those of ann::Index::Build and Search.
Result<std::vector<RacePoint>> Race(tuning::TuningStrategy strategy, const TunedVectors& vectors,
                                    double budget_cpu_secs, uint64_t seed);

/// Of what is on record after so many CPU seconds.
double VolumeAt(std::span<const RacePoint> points, const tuning::WalkPoint& worst, double cpu_secs);
/// The mean of it from 0 to the budget.
double MeanVolume(std::span<const RacePoint> points, const tuning::WalkPoint& worst, double budget_cpu_secs);
/// The CPU seconds after which it is `volume`; infinite when it never is.
double SecsToReach(std::span<const RacePoint> points, const tuning::WalkPoint& worst, double volume);

}  // namespace lake::bench
