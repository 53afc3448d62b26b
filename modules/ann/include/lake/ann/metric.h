// What "near" means, and rows of vectors as everything here takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lake/common/result.h"

namespace lake::ann {

/// A distance is smaller for what is nearer, whatever the metric. The values stand in files.
enum class Metric : uint32_t {
  kCosine = 1,        ///< 1 - cos(a, b), in [0, 2].
  kInnerProduct = 2,  ///< -(a . b).
  kL2 = 3,            ///< The square of the Euclidean distance.
};

/// "cosine", "ip", "l2".
std::string_view MetricName(Metric metric);

inline constexpr size_t kMinDimensions = 2;
inline constexpr size_t kMaxDimensions = 4096;  ///< A sum of 4096 products of two codes fits 32 bits.
/// Row numbers are 31 bits: a beam keeps one bit beside each, and all ones ends a list of neighbours.
inline constexpr size_t kMaxRows = (size_t{1} << 31) - 2;

/// Rows of f32, one after another: row r begins at data + r * dimensions. Borrowed.
struct Matrix {
  const float* data = nullptr;
  size_t rows = 0;
  size_t dimensions = 0;

  const float* row(size_t r) const { return data + r * dimensions; }
  std::span<const float> row_span(size_t r) const { return {row(r), dimensions}; }
};

/// Whether every row has a defined distance to every other. Errors name the first row that has not:
/// invalid_argument/ dimensions_out_of_range, too_many_vectors, vector_not_finite (NaN, infinite, or so long
/// that its square is), vector_zero (under cosine: no direction).
Status CheckVectors(const Matrix& vectors, Metric metric);

}  // namespace lake::ann
