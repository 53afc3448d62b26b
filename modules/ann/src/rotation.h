// Turns points so that no dimension stands out. Embedding models have a few dimensions far longer than the
// rest; one scale for all would spend the few steps of a code on those. After turning, the elements of any
// point are close to normally distributed. Lengths and angles stay.
//
// Twice, signs drawn from a fixed seed and then Hadamard transforms of blocks: the largest powers of two that
// fit, the largest block first and the second time last, so that blocks mix (Yu et al., "Orthogonal random
// features", 2016).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "lake/ann/kernels.h"

namespace lake::ann {

class Rotation {
 public:
  explicit Rotation(size_t dimensions);
  void Apply(const Kernels& kernels, float* point) const;

 private:
  struct Round {
    std::vector<size_t> blocks;  ///< Their lengths, one after another.
    std::vector<float> factor;   ///< Of each element: a sign, and what keeps the length.
  };
  std::array<Round, 2> rounds_;
};

}  // namespace lake::ann
