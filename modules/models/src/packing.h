// Which texts are computed together.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lake::models {

struct BatchLimits {
  size_t tokens;
  size_t texts;
};

/// Positions of texts by batch: every position once, the longest first, each batch filled with the next ones
/// that fit. The same lengths give the same batches. No length may be above `limits.tokens`.
std::vector<std::vector<size_t>> PackTexts(std::span<const size_t> token_counts, BatchLimits limits);

}  // namespace lake::models
