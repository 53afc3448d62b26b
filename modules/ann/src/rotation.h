// Turns points so that no dimension stands out. Embedding models have a few dimensions far longer than the
// rest; one scale for all would spend the few steps of a code on those. After turning, the elements of any
// point are close to normally distributed. Lengths and angles stay.
//
// Three rounds: the elements change places and signs, drawn from a fixed seed, then every eighth element of a
// block is mixed by a Hadamard transform, so that no step needs a shuffle. Blocks are the largest powers of
// two, times eight, that fit (Yu et al., "Orthogonal random features", 2016).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lake::ann {

class Rotation {
 public:
  explicit Rotation(size_t dimensions);
  /// Turns `point`, which is overwritten, into `turned`.
  void Apply(float* point, float* turned) const;

 private:
  static constexpr size_t kRounds = 3;
  struct Round {
    std::vector<uint16_t> from;  ///< Which element comes to this place, …
    std::vector<float> factor;   ///< … times this: a sign, and what keeps the length.
  };

  std::vector<size_t> blocks_;  ///< Their lengths: powers of two times eight.
  std::array<Round, kRounds> rounds_;
};

}  // namespace lake::ann
