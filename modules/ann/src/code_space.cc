#include "code_space.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

namespace lake::ann {
namespace {

constexpr float kLargestCode = 127;
constexpr size_t kRowsAtOnce = 1024;

/// Rounds to the nearest integer, halves to even, without a call: adding 1.5 * 2^23 leaves no bits for a
/// fraction.
int32_t RoundToInt(float value) {
  constexpr float kShift = 12582912.0F;
  return std::bit_cast<int32_t>(value + kShift) - std::bit_cast<int32_t>(kShift);
}

float InverseLength(float squared_length) {
  return 1 / std::sqrt(std::max(squared_length, std::numeric_limits<float>::min()));
}

}  // namespace

CodeSpace::CodeSpace(Parameters parameters, const Kernels& kernels)
    : parameters_(std::move(parameters)),
      code_bytes_((parameters_.mean.size() + kCodeAlignment - 1) / kCodeAlignment * kCodeAlignment),
      kernels_(&kernels) {}

CodeSpace CodeSpace::Train(const Matrix& vectors, Metric metric, const Kernels& kernels, ThreadTeam* team) {
  const size_t dimensions = vectors.dimensions;
  CodeSpace space({.metric = metric, .reach = 1, .mean = std::vector<float>(dimensions)}, kernels);
  if (vectors.rows == 0) return space;
  if (metric != Metric::kCosine) {
    float longest = 0;
    for (size_t r = 0; r < vectors.rows; ++r)
      longest = std::max(longest, kernels.dot(vectors.row(r), vectors.row(r), dimensions));
    space.parameters_.reach = std::sqrt(std::max(longest, std::numeric_limits<float>::min()));
  }
  // Sums of pieces, added up in the order of the pieces: the same mean for any number of threads.
  const size_t pieces = (vectors.rows + kRowsAtOnce - 1) / kRowsAtOnce;
  std::vector<std::vector<double>> sums(pieces);
  team->ForEachPiece(vectors.rows, kRowsAtOnce, [&](size_t, size_t begin, size_t end) {
    std::vector<double>& sum = sums[begin / kRowsAtOnce];
    sum.resize(dimensions);
    for (size_t r = begin; r < end; ++r) {
      const float factor = space.RowFactor(vectors.row(r));
      for (size_t d = 0; d < dimensions; ++d) sum[d] += vectors.row(r)[d] * factor;
    }
  });
  for (size_t d = 0; d < dimensions; ++d) {
    double total = 0;
    for (const std::vector<double>& sum : sums) total += sum[d];
    space.parameters_.mean[d] = static_cast<float>(total / static_cast<double>(vectors.rows));
  }
  return space;
}

float CodeSpace::RowFactor(const float* row) const {
  if (metric() != Metric::kCosine) return 1 / parameters_.reach;
  return InverseLength(kernels_->dot(row, row, dimensions()));
}

CodeTerms CodeSpace::Encode(const float* vector, float factor, int8_t* code) const {
  const size_t dimensions = parameters_.mean.size();
  std::array<float, kMaxDimensions> point;
  std::array<float, kMaxDimensions> rest;
  float largest = 0;
  for (size_t d = 0; d < dimensions; ++d) {
    point[d] = vector[d] * factor - parameters_.mean[d];
    largest = std::max(largest, std::abs(point[d]));
  }
  CodeTerms terms;
  terms.scale = largest / kLargestCode;
  const float steps = largest > std::numeric_limits<float>::min() ? kLargestCode / largest : 0;
  for (size_t d = 0; d < dimensions; ++d) {
    const int32_t step = RoundToInt(point[d] * steps);
    code[d] = static_cast<int8_t>(step);
    rest[d] = point[d] - terms.scale * static_cast<float>(step);
  }
  std::fill(code + dimensions, code + code_bytes_, int8_t{0});
  terms.norm2 = kernels_->dot(point.data(), point.data(), dimensions);
  terms.residual = std::sqrt(kernels_->dot(rest.data(), rest.data(), dimensions));
  return terms;
}

CodeTerms CodeSpace::EncodeRow(const float* row, int8_t* code) const {
  const float factor = RowFactor(row);
  CodeTerms terms = Encode(row, factor, code);
  if (metric() == Metric::kCosine) terms.extra = factor;
  if (metric() == Metric::kInnerProduct) {
    const float squared = kernels_->dot(row, row, dimensions()) * factor * factor;
    const float rest = std::max(0.0F, 1 - squared);
    terms.extra = std::sqrt(rest);
    terms.norm2 += rest;
  }
  return terms;
}

Status CodeSpace::EncodeQuery(std::span<const float> query, QueryCode* encoded) const {
  if (query.size() != dimensions())
    return InvalidArgument("dimensions_differ", "the query has {} dimensions, the index {}", query.size(),
                           dimensions());
  LAKE_RETURN_IF_ERROR(CheckVectors({.data = query.data(), .rows = 1, .dimensions = query.size()}, metric()));
  float factor = RowFactor(query.data());
  // The length of a query changes no order of inner products, so it is brought to that of the longest row.
  if (metric() == Metric::kInnerProduct)
    factor = InverseLength(kernels_->dot(query.data(), query.data(), query.size()));
  encoded->code.resize(code_bytes_);
  encoded->terms = Encode(query.data(), factor, encoded->code.data());
  if (metric() == Metric::kCosine) encoded->terms.extra = factor;
  if (!std::isfinite(encoded->terms.norm2))
    return InvalidArgument("vector_not_finite", "the query is too long beside the vectors of the index");
  return {};
}

float CodeSpace::ErrorBound(const CodeTerms& a, const CodeTerms& b) {
  // a.b - a'.b' = (a - a').b + a'.(b - b') for codes a', b' of points a, b; |a'| <= |a| + |a - a'|.
  const float length_a = std::sqrt(a.norm2);
  const float length_b = std::sqrt(b.norm2);
  const float left_out = a.residual * length_b + (length_a + a.residual) * b.residual;
  // Rounding of f32 sums of at most 4096 / 32 terms a lane, relative to lengths of at most 1 and that of the
  // query.
  constexpr float kRounding = 4e-5F;
  return 2 * left_out + kRounding * (1 + a.norm2 + b.norm2);
}

float CodeSpace::Distance(const float* query, const CodeTerms& query_terms, const float* row,
                          const CodeTerms& row_terms) const {
  float distance = 0;
  switch (metric()) {
    case Metric::kCosine:
      distance = 1 - kernels_->dot(query, row, dimensions()) * query_terms.extra * row_terms.extra;
      distance = std::clamp(distance, 0.0F, 2.0F);
      break;
    case Metric::kInnerProduct:
      distance = -kernels_->dot(query, row, dimensions());
      break;
    case Metric::kL2:
      distance = kernels_->squared_distance(query, row, dimensions());
      break;
  }
  return std::isnan(distance) ? std::numeric_limits<float>::max() : distance;
}

}  // namespace lake::ann
