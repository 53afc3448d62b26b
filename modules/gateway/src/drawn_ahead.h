// Random bytes drawn in blocks: a system call for each request's id costs more than the id.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "lake/common/random.h"

namespace lake::gateway {

/// For ids that are no secrets. One thread, unlike other sources; `source` outlives it.
class DrawnAhead final : public RandomSource {
 public:
  explicit DrawnAhead(RandomSource& source) : source_(source) {}

  void Fill(std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      if (used_ == block_.size()) {
        source_.Fill(block_);
        used_ = 0;
      }
      const size_t count = std::min(bytes.size(), block_.size() - used_);
      std::copy_n(block_.begin() + static_cast<std::ptrdiff_t>(used_), count, bytes.begin());
      used_ += count;
      bytes = bytes.subspan(count);
    }
  }

 private:
  static constexpr size_t kBlockBytes = 1024;  ///< 64 ids.

  RandomSource& source_;
  std::array<std::byte, kBlockBytes> block_{};
  size_t used_ = kBlockBytes;
};

}  // namespace lake::gateway
