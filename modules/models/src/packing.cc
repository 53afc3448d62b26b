#include "packing.h"

#include <algorithm>
#include <numeric>

#include "lake/common/check.h"

namespace lake::models {

std::vector<std::vector<size_t>> PackTexts(std::span<const size_t> token_counts, BatchLimits limits) {
  std::vector<size_t> order(token_counts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) {
    return token_counts[a] != token_counts[b] ? token_counts[a] > token_counts[b] : a < b;
  });
  std::vector<std::vector<size_t>> batches;
  size_t left = 0;
  for (const size_t text : order) {
    const size_t tokens = token_counts[text];
    LAKE_CHECK(tokens <= limits.tokens);
    if (batches.empty() || tokens > left || batches.back().size() == limits.texts) {
      batches.emplace_back();
      left = limits.tokens;
    }
    batches.back().push_back(text);
    left -= tokens;
  }
  return batches;
}

}  // namespace lake::models
