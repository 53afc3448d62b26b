#include "lake/ann/metric.h"

#include <cmath>
#include <limits>

#include "lake/ann/kernels.h"

namespace lake::ann {
namespace {

/// Leaves room for the square of a difference of two such vectors.
constexpr float kMaxSquaredLength = std::numeric_limits<float>::max() / 16;
/// Below it products of elements lose their digits, and the cosine its meaning.
constexpr float kMinSquaredLength = 1e-20F;

}  // namespace

std::string_view MetricName(Metric metric) {
  switch (metric) {
    case Metric::kCosine:
      return "cosine";
    case Metric::kInnerProduct:
      return "ip";
    case Metric::kL2:
      return "l2";
  }
  return "?";
}

Status CheckVectors(const Matrix& vectors, Metric metric) {
  if (vectors.dimensions < kMinDimensions || vectors.dimensions > kMaxDimensions)
    return InvalidArgument("dimensions_out_of_range", "vectors of {} dimensions; {} to {} are possible",
                           vectors.dimensions, kMinDimensions, kMaxDimensions);
  if (vectors.rows > kMaxRows)
    return InvalidArgument("too_many_vectors", "{} vectors; one index holds {}", vectors.rows, kMaxRows);
  const Kernels& kernels = BestKernels();
  for (size_t r = 0; r < vectors.rows; ++r) {
    const float squared = kernels.dot(vectors.row(r), vectors.row(r), vectors.dimensions);
    if (!(squared <= kMaxSquaredLength))
      return InvalidArgument("vector_not_finite",
                             "vector {} holds a number that is not finite, or is too long", r);
    if (metric == Metric::kCosine && squared < kMinSquaredLength)
      return InvalidArgument("vector_zero",
                             "vector {} has no length (below 1e-10), and so no direction for the cosine", r);
  }
  return {};
}

}  // namespace lake::ann
