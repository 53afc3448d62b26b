#include "draw.h"

#include <algorithm>
#include <limits>

#include "lake/common/check.h"

namespace lake::demo_data {

Weights::Weights(std::span<const int32_t> weights) {
  cumulative_.reserve(weights.size());
  int64_t total = 0;
  for (int32_t weight : weights) {
    total += weight;
    LAKE_CHECK(weight > 0 && total <= std::numeric_limits<int32_t>::max());
    cumulative_.push_back(static_cast<int32_t>(total));
  }
  LAKE_CHECK(!cumulative_.empty());
}

Weights Weights::Zipf(int64_t count, int32_t head) {
  constexpr int32_t kTop =
      1 << 24;  // Keeps the sum below 2^31 for 10^8 ranks and still tells distant ranks apart.
  std::vector<int32_t> weights(static_cast<size_t>(count));
  for (int64_t rank = 0; rank < count; ++rank)
    weights[static_cast<size_t>(rank)] = static_cast<int32_t>(std::max<int64_t>(1, kTop / (rank + head)));
  return Weights(weights);
}

int32_t Weights::Pick(Draw& draw) const {
  int32_t point = draw.Below(cumulative_.back());
  return static_cast<int32_t>(std::upper_bound(cumulative_.begin(), cumulative_.end(), point) -
                              cumulative_.begin());
}

}  // namespace lake::demo_data
