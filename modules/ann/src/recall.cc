#include "lake/ann/recall.h"

#include <algorithm>
#include <cmath>

namespace lake::ann {
namespace {

/// Sums in another order differ by this much.
constexpr float kSumRounding = 1e-6F;

}  // namespace

GroundTruth GroundTruthOf(std::span<const Hit> exact) {
  return {.count = exact.size(), .farthest = exact.empty() ? 0 : exact.back().distance};
}

size_t CountFound(std::span<const Hit> found, const GroundTruth& truth) {
  const float farthest = truth.farthest + kSumRounding;
  const auto good = std::ranges::count_if(found, [&](const Hit& hit) { return hit.distance <= farthest; });
  return std::min(truth.count, static_cast<size_t>(good));
}

Interval WilsonInterval(double share, size_t draws) {
  constexpr double kZ = 1.959963984540054;  // 97.5 % of the normal distribution.
  const auto n = static_cast<double>(std::max<size_t>(draws, 1));
  const double centre = (share + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half = kZ * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n)) / (1 + kZ * kZ / n);
  return {.low = std::max(0.0, centre - half), .high = std::min(1.0, centre + half)};
}

}  // namespace lake::ann
