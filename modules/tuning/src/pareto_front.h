// What no other walk beats in recall and latency, and how much of what is possible that is.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lake::tuning {

struct WalkPoint {
  double recall = 0;
  double latency_us = 0;
  bool operator==(const WalkPoint&) const = default;
};

/// Positions of the points that no other one beats, the quickest first; of equals the first. One that is NaN
/// is never among them.
std::vector<size_t> ParetoFront(std::span<const WalkPoint> points);

/// The share of the box between `worst` and (recall 1, latency 0) that is at most as good as one of the
/// points, in [0, 1]. Points outside the box count as far as they reach into it.
double Hypervolume(std::span<const WalkPoint> points, const WalkPoint& worst);

}  // namespace lake::tuning
