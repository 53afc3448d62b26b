// Randomness that is the same in every run.
#pragma once

#include <cstdint>
#include <span>

#include "lake/common/mutex.h"
#include "lake/common/random.h"

namespace lake {

/// SplitMix64 (Steele, Lea, Flood 2014). Not for keys.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}

  void Fill(std::span<std::byte> bytes) override {
    MutexLock lock(mutex_);
    uint64_t word = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (i % 8 == 0) word = Next();
      bytes[i] = static_cast<std::byte>(word >> (8 * (i % 8)));
    }
  }

 private:
  uint64_t Next() LAKE_REQUIRES(mutex_) {
    uint64_t mixed = state_ += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
  }

  Mutex mutex_;
  uint64_t state_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake
