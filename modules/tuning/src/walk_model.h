// What a graph finds, and how much it compares for that, by the width of the walk:
//   logit(recall) = a + b log(ef_search),  log(distances) = g + h log(ef_search),  latency = c + d distances.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace lake::tuning {

/// What was measured of one walk.
struct WalkSample {
  double ef_search = 0;
  double recall = 0;
  double distances = 0;  ///< Codes compared, a query.
};

/// Logarithms are of ef_search / kPivotEf, so offsets are what is expected there.
struct GraphFit {
  double recall_offset = 0;  ///< a
  double recall_slope = 0;   ///< b, at least 0.
  double distances_offset = 0;
  double distances_slope = 0;  ///< At least 0.
  bool operator==(const GraphFit&) const = default;

  double RecallAt(double ef_search) const;
  double DistancesAt(double ef_search) const;
  /// Expected distances of the narrowest walk that finds so much; infinite when none within the bounds does.
  double DistancesFor(double recall) const;
};

inline constexpr double kPivotEf = 50;

/// Least squares, where an observation weighs as much as it is sure (recall (1 - recall) `draws`: of the
/// logit of a share that was drawn so often). None of fewer than two widths; figures that are NaN are left
/// out.
std::optional<GraphFit> FitGraph(std::span<const WalkSample> samples, double draws);

/// In microseconds; both at least 0.
struct LatencyFit {
  double fixed = 0;         ///< c
  double per_distance = 0;  ///< d
  double At(double distances) const { return fixed + per_distance * distances; }
};
struct LatencySample {
  double distances = 0;
  double latency_us = 0;
};
/// None of no samples; of one kind of walk alone a share of its latency is taken for fixed.
std::optional<LatencyFit> FitLatency(std::span<const LatencySample> samples);

}  // namespace lake::tuning
