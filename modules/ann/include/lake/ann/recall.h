// How much of what is nearest a search found, and how sure that is.
#pragma once

#include <cstddef>
#include <span>

#include "lake/ann/index.h"

namespace lake::ann {

/// What an exact search found, as far as answers are compared with it.
struct GroundTruth {
  size_t count = 0;    ///< Hits: k, or fewer where there are fewer rows.
  float farthest = 0;  ///< Distance of the last of them.
};

GroundTruth GroundTruthOf(std::span<const Hit> exact);

/// How many of the nearest were found, at most truth.count. A hit counts when it is as near as the farthest
/// of the truth: which of several equally near ones is given is no loss.
size_t CountFound(std::span<const Hit> found, const GroundTruth& truth);

struct Interval {
  double low = 0;
  double high = 0;
};

/// Wilson's 95 % confidence interval of a share that was measured in so many draws: never a point, and within
/// [0, 1]. (E. B. Wilson, JASA 22, 1927.)
Interval WilsonInterval(double share, size_t draws);

}  // namespace lake::ann
