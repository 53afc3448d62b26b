// Randomness that is the same in every run.
#pragma once

#include <cstdint>
#include <span>

#include "lake/common/mutex.h"
#include "lake/common/random.h"
#include "lake/common/seeded_numbers.h"

namespace lake {

class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : numbers_(seed) {}

  void Fill(std::span<std::byte> bytes) override {
    MutexLock lock(mutex_);
    uint64_t word = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (i % 8 == 0) word = numbers_.Next();
      bytes[i] = static_cast<std::byte>(word >> (8 * (i % 8)));
    }
  }

 private:
  Mutex mutex_;
  SeededNumbers numbers_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake
