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

template <Term kTerm>
float TermOf(float a, float b) {
  if constexpr (kTerm == Term::kProduct) return a * b;
  return (a - b) * (a - b);
}

template <Term kTerm>
float Sum(const float* a, const float* b, size_t count) {
  Lanes lanes = {};
  const size_t whole = count / kFloatLanes * kFloatLanes;
  for (size_t i = 0; i < whole; i += kFloatLanes)
    for (size_t lane = 0; lane < kFloatLanes; ++lane) lanes[lane] += TermOf<kTerm>(a[i + lane], b[i + lane]);
  for (size_t i = whole; i < count; ++i) lanes[i - whole] += TermOf<kTerm>(a[i], b[i]);
  return Fold(&lanes);
}

}  // namespace

const Kernels kScalarKernels = {.target = Target::kScalar,
                                .dot_codes = DotCodes,
                                .dot_codes_at = DotCodesAt<DotCodes>,
                                .dot = Sum<Term::kProduct>,
                                .squared_distance = Sum<Term::kSquaredDifference>};

}  // namespace lake::ann
