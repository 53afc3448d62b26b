#include "rotation.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "lake/common/seeded_numbers.h"

namespace lake::ann {

Rotation::Rotation(size_t dimensions) {
  std::vector<size_t> blocks;
  for (size_t left = dimensions; left > 0; left -= std::bit_floor(left))
    blocks.push_back(std::bit_floor(left));
  rounds_[0].blocks = blocks;
  std::ranges::reverse(blocks);
  rounds_[1].blocks = blocks;
  SeededNumbers numbers(dimensions);
  for (Round& round : rounds_) {
    for (const size_t length : round.blocks) {
      const float keep_length = 1 / std::sqrt(static_cast<float>(length));
      for (size_t i = 0; i < length; ++i)
        round.factor.push_back(numbers.Below(2) == 0 ? keep_length : -keep_length);
    }
  }
}

void Rotation::Apply(const Kernels& kernels, float* point) const {
  for (const Round& round : rounds_) {
    for (size_t i = 0; i < round.factor.size(); ++i) point[i] *= round.factor[i];
    float* block = point;
    for (const size_t length : round.blocks) {
      kernels.hadamard(block, length);
      block += length;
    }
  }
}

}  // namespace lake::ann
