#include "rotation.h"

#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

#include "lake/common/seeded_numbers.h"

namespace lake::ann {
namespace {

constexpr size_t kLanes = 8;

void AddAndSubtract(float* __restrict a, float* __restrict b, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const float sum = a[i] + b[i];
    b[i] = a[i] - b[i];
    a[i] = sum;
  }
}

void Mix(float* block, size_t length) {
  for (size_t stride = kLanes; stride < length; stride *= 2)
    for (size_t begin = 0; begin < length; begin += 2 * stride)
      AddAndSubtract(block + begin, block + begin + stride, stride);
}

}  // namespace

Rotation::Rotation(size_t dimensions) {
  std::vector<float> keep_length;
  for (size_t lanes = dimensions / kLanes; lanes > 0; lanes -= std::bit_floor(lanes)) {
    blocks_.push_back(std::bit_floor(lanes) * kLanes);
    keep_length.resize(keep_length.size() + blocks_.back(),
                       1 / std::sqrt(static_cast<float>(std::bit_floor(lanes))));
  }
  keep_length.resize(dimensions, 1);
  SeededNumbers numbers(dimensions);
  for (Round& round : rounds_) {
    round.from.resize(dimensions);
    std::iota(round.from.begin(), round.from.end(), uint16_t{0});
    for (size_t left = dimensions; left > 1; --left)
      std::swap(round.from[left - 1], round.from[numbers.Below(left)]);
    for (const float factor : keep_length) round.factor.push_back(numbers.Below(2) == 0 ? factor : -factor);
  }
}

void Rotation::Apply(float* point, float* turned) const {
  static_assert(kRounds % 2 == 1, "the last round ends in `turned`");
  for (const Round& round : rounds_) {
    for (size_t i = 0; i < round.from.size(); ++i) turned[i] = point[round.from[i]] * round.factor[i];
    float* block = turned;
    for (const size_t length : blocks_) {
      Mix(block, length);
      block += length;
    }
    std::swap(point, turned);
  }
}

}  // namespace lake::ann
