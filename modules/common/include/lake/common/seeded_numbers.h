// Numbers that a seed decides: samples, shuffles and orders that must come out the same on every machine. Not
// for keys.
#pragma once

#include <cstdint>

namespace lake {

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). One thread.
class SeededNumbers {
 public:
  explicit SeededNumbers(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
  }
  /// In [0, bound), bound <= 2^32; one value is at most 2^-32 likelier than another.
  uint64_t Below(uint64_t bound) { return ((Next() >> 32) * bound) >> 32; }
  /// In [0, 1).
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

}  // namespace lake
