#include "coded_rows.h"

#include <algorithm>

#include "kernel_sets.h"

namespace lake::ann {

void CodedRows::SetOrigin(uint32_t row, Code code, Origin* origin) const {
  space->Decode(vector_of(row), terms[row], high_of(row), code == Code::kInt8 ? low_of(row) : nullptr,
                origin);
}

void CodedRows::FetchVector(uint32_t row) const {
  PrefetchBytes(vector_of(row), space->dimensions() * sizeof(float));
}

void CodedRows::Fetch(uint32_t row, Code code) const {
  PrefetchBytes(terms + row, sizeof(CodeTerms));
  PrefetchBytes(high_of(row), space->half_bytes());
  if (code == Code::kInt8) PrefetchBytes(low_of(row), space->half_bytes());
  if (code == Code::kF32) FetchVector(row);
}

float CodedRows::Distance(const Origin& origin, Code code, uint32_t row) const {
  if (code == Code::kF32) return space->PointDistance(origin, vector_of(row), terms[row]);
  const Kernels& kernels = space->kernels();
  const int32_t by_high = kernels.dot_halves(origin.code.data(), high_of(row), space->half_bytes());
  if (code == Code::kInt4)
    return space->CodeDistance(origin.terms, terms[row], CodeSpace::ProductByHigh(origin, by_high));
  const int32_t by_low = kernels.dot_halves(origin.code.data(), low_of(row), space->half_bytes());
  return space->CodeDistance(origin.terms, terms[row], CodeSpace::Product(origin, by_high, by_low));
}

void CodedRows::Distances(const Origin& origin, Code code, std::span<const uint32_t> of,
                          float* distances) const {
  for (const uint32_t row : of) PrefetchBytes(terms + row, sizeof(CodeTerms));
  if (code == Code::kF32) {
    for (size_t i = 0; i < of.size(); ++i) {
      if (i + 1 < of.size()) FetchVector(of[i + 1]);
      distances[i] = space->PointDistance(origin, vector_of(of[i]), terms[of[i]]);
    }
    return;
  }
  const Kernels& kernels = space->kernels();
  std::array<int32_t, kMaxRowsAtOnce> by_high;
  kernels.dot_halves_at(origin.code.data(), high, space->half_bytes(), of, by_high.data());
  if (code == Code::kInt4) {
    for (size_t i = 0; i < of.size(); ++i)
      distances[i] =
          space->CodeDistance(origin.terms, terms[of[i]], CodeSpace::ProductByHigh(origin, by_high[i]));
    return;
  }
  std::array<int32_t, kMaxRowsAtOnce> by_low;
  kernels.dot_halves_at(origin.code.data(), low, space->half_bytes(), of, by_low.data());
  for (size_t i = 0; i < of.size(); ++i)
    distances[i] =
        space->CodeDistance(origin.terms, terms[of[i]], CodeSpace::Product(origin, by_high[i], by_low[i]));
}

}  // namespace lake::ann
