// The meaning of every kernel, in plain C++; compilers make SSE2 of it.
#include <array>

#include "kernel_sets.h"

namespace lake::ann {
namespace {

using Lanes = std::array<float, kFloatLanes>;

int32_t DotCodes(const int8_t* a, const int8_t* b, size_t bytes) {
  int32_t sum = 0;
  for (size_t i = 0; i < bytes; ++i) sum += int32_t{a[i]} * int32_t{b[i]};
  return sum;
}

float Fold(Lanes* lanes) {
  for (size_t half = kFloatLanes / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i) (*lanes)[i] += (*lanes)[i + half];
  return lanes->front();
}

float Dot(const float* a, const float* b, size_t count) {
  Lanes lanes = {};
  const size_t whole = count / kFloatLanes * kFloatLanes;
  for (size_t i = 0; i < whole; i += kFloatLanes)
    for (size_t lane = 0; lane < kFloatLanes; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
  for (size_t i = whole; i < count; ++i) lanes[i - whole] += a[i] * b[i];
  return Fold(&lanes);
}

float SquaredDistance(const float* a, const float* b, size_t count) {
  Lanes lanes = {};
  const size_t whole = count / kFloatLanes * kFloatLanes;
  for (size_t i = 0; i < whole; i += kFloatLanes) {
    for (size_t lane = 0; lane < kFloatLanes; ++lane) {
      const float difference = a[i + lane] - b[i + lane];
      lanes[lane] += difference * difference;
    }
  }
  for (size_t i = whole; i < count; ++i) {
    const float difference = a[i] - b[i];
    lanes[i - whole] += difference * difference;
  }
  return Fold(&lanes);
}

}  // namespace

const Kernels kScalarKernels = {.target = Target::kScalar,
                                .dot_codes = DotCodes,
                                .dot_codes_at = DotCodesAt<DotCodes>,
                                .dot = Dot,
                                .squared_distance = SquaredDistance};

}  // namespace lake::ann
