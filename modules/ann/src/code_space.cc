#include "code_space.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

namespace lake::ann {
namespace {

constexpr float kLargestCode = 127;
constexpr int32_t kBias = 128;  ///< An element and this make the byte that is split in halves.
constexpr uint8_t kHighHalf = 0xF0;
/// Of f32 sums of at most 4096 / 32 terms a lane and of the rotation, relative to lengths of at most 1 and
/// that of the query.
constexpr float kCodeRounding = 4e-5F;
constexpr size_t kEncodedAtOnce = 1024;

/// Rounds to the nearest integer, halves to even, without a call: adding 1.5 * 2^23 leaves no bits for a
/// fraction.
int32_t RoundToInt(float value) {
  constexpr float kShift = 12582912.0F;
  return std::bit_cast<int32_t>(value + kShift) - std::bit_cast<int32_t>(kShift);
}

/// The largest absolute value. In lanes: one after another each would wait for the one before.
float LargestOf(std::span<const float> values) {
  std::array<float, kFloatLanes> largest = {};
  size_t i = 0;
  for (; i + kFloatLanes <= values.size(); i += kFloatLanes)
    for (size_t lane = 0; lane < kFloatLanes; ++lane)
      largest[lane] = std::max(largest[lane], std::abs(values[i + lane]));
  for (; i < values.size(); ++i) largest[0] = std::max(largest[0], std::abs(values[i]));
  return *std::ranges::max_element(largest);
}

float InverseLength(float squared_length) {
  return 1 / std::sqrt(std::max(squared_length, std::numeric_limits<float>::min()));
}

using Elements = std::array<float, kMaxDimensions>;

/// What an element is taken for when only its high half is known.
float ElementByHigh(int32_t high) { return static_cast<float>(16 * high - 120); }

void SplitCode(const int8_t* code, size_t half_bytes, Halves halves) {
  for (size_t line = 0; line < half_bytes; line += kCodeAlignment) {
    for (size_t j = 0; j < kCodeAlignment; ++j) {
      const auto first = static_cast<uint8_t>(code[2 * line + j] + kBias);
      const auto second = static_cast<uint8_t>(code[2 * line + kCodeAlignment + j] + kBias);
      halves.high[line + j] = static_cast<uint8_t>((first >> 4) | (second & kHighHalf));
      halves.low[line + j] = static_cast<uint8_t>((first & kLowHalf) | (second << 4));
    }
  }
}

int32_t SumOf(std::span<const int8_t> code) {
  int32_t sum = 0;
  for (const int8_t element : code) sum += element;
  return sum;
}

}  // namespace

// q.r - q'.r' = (q - q').r + q'.(r - r') for codes q', r' of points q, r; |q'| <= |q| + |q - q'|, and
// |r| <= (1 + |r|^2) / 2.
ErrorBound::ErrorBound(const CodeTerms& query, float share)
    : base_(share * query.residual + kCodeRounding * (1 + query.norm2)),
      per_norm2_(share * query.residual + kCodeRounding),
      per_residual_(2 * share * (std::sqrt(query.norm2) + query.residual)) {}

CodeSpace::CodeSpace(Parameters parameters, const Kernels& kernels)
    : parameters_(std::move(parameters)),
      half_bytes_((parameters_.mean.size() + kElementsPerLine - 1) / kElementsPerLine * kCodeAlignment),
      rotation_(parameters_.mean.size()),
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
  const size_t pieces = (vectors.rows + kEncodedAtOnce - 1) / kEncodedAtOnce;
  std::vector<std::vector<double>> sums(pieces);
  team->ForEachPiece(vectors.rows, kEncodedAtOnce, [&](size_t, size_t begin, size_t end) {
    std::vector<double>& sum = sums[begin / kEncodedAtOnce];
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

CodeTerms CodeSpace::Encode(const float* vector, float factor, float* point, int8_t* code) const {
  const size_t dimensions = parameters_.mean.size();
  for (size_t d = 0; d < dimensions; ++d) point[d] = vector[d] * factor - parameters_.mean[d];
  rotation_.Apply(*kernels_, point);
  Elements rest;
  const float largest = LargestOf(std::span(point, dimensions));
  CodeTerms terms;
  terms.scale = largest / kLargestCode;
  const float steps = largest > std::numeric_limits<float>::min() ? kLargestCode / largest : 0;
  for (size_t d = 0; d < dimensions; ++d) {
    const int32_t step = RoundToInt(point[d] * steps);
    code[d] = static_cast<int8_t>(step);
    rest[d] = point[d] - terms.scale * static_cast<float>(step);
  }
  std::fill(code + dimensions, code + 2 * half_bytes_, int8_t{0});
  terms.norm2 = kernels_->dot(point, point, dimensions);
  terms.residual = std::sqrt(kernels_->dot(rest.data(), rest.data(), dimensions));
  return terms;
}

CodeSpace::RowCode CodeSpace::EncodeRow(const float* row, Halves halves) const {
  const float factor = RowFactor(row);
  Elements point;
  std::array<int8_t, kMaxDimensions> code;
  CodeTerms terms = Encode(row, factor, point.data(), code.data());
  if (metric() == Metric::kCosine) terms.extra = factor;
  if (metric() == Metric::kInnerProduct) {
    const float squared = kernels_->dot(row, row, dimensions()) * factor * factor;
    const float rest = std::max(0.0F, 1 - squared);
    terms.extra = std::sqrt(rest);
    terms.norm2 += rest;
  }
  SplitCode(code.data(), half_bytes_, halves);
  for (size_t d = 0; d < dimensions(); ++d)
    point[d] -= terms.scale * ElementByHigh(static_cast<uint8_t>(code[d] + kBias) >> 4);
  return {.terms = terms,
          .high_residual = std::sqrt(kernels_->dot(point.data(), point.data(), dimensions()))};
}

Status CodeSpace::EncodeQuery(std::span<const float> query, Origin* encoded) const {
  if (query.size() != dimensions())
    return InvalidArgument("dimensions_differ", "the query has {} dimensions, the index {}", query.size(),
                           dimensions());
  LAKE_RETURN_IF_ERROR(CheckVectors({.data = query.data(), .rows = 1, .dimensions = query.size()}, metric()));
  encoded->vector = query.data();
  encoded->factor = RowFactor(query.data());
  // The length of a query changes no order of inner products, so it is brought to that of the longest row.
  if (metric() == Metric::kInnerProduct)
    encoded->factor = InverseLength(kernels_->dot(query.data(), query.data(), query.size()));
  encoded->code.resize(2 * half_bytes_);
  Elements point;
  encoded->terms = Encode(query.data(), encoded->factor, point.data(), encoded->code.data());
  encoded->code_sum = SumOf(encoded->code);
  if (metric() == Metric::kCosine) encoded->terms.extra = encoded->factor;
  if (!std::isfinite(encoded->terms.norm2))
    return InvalidArgument("vector_not_finite", "the query is too long beside the vectors of the index");
  return {};
}

void CodeSpace::Decode(const float* row, const CodeTerms& terms, const uint8_t* high, const uint8_t* low,
                       Origin* origin) const {
  origin->vector = row;
  origin->factor = Factor(terms);
  origin->terms = terms;
  origin->code.resize(2 * half_bytes_);
  origin->code_sum = kernels_->join_halves(high, low, half_bytes_, origin->code.data());
  // The halves of the padding stand for elements that are 0.
  for (int8_t& element : std::span(origin->code).subspan(dimensions())) {
    origin->code_sum -= element;
    element = 0;
  }
}

float CodeSpace::PointDistance(const Origin& origin, const float* row, const CodeTerms& terms) const {
  const float distance =
      kernels_->squared_distance(origin.vector, origin.factor, row, Factor(terms), dimensions());
  if (metric() != Metric::kInnerProduct) return distance;
  return distance + (origin.terms.extra - terms.extra) * (origin.terms.extra - terms.extra);
}

float CodeSpace::Distance(const Origin& query, const float* row, const CodeTerms& row_terms) const {
  float distance = 0;
  switch (metric()) {
    case Metric::kCosine:
      distance = 1 - kernels_->dot(query.vector, row, dimensions()) * query.terms.extra * row_terms.extra;
      distance = std::clamp(distance, 0.0F, 2.0F);
      break;
    case Metric::kInnerProduct:
      distance = -kernels_->dot(query.vector, row, dimensions());
      break;
    case Metric::kL2:
      distance = kernels_->squared_distance(query.vector, 1, row, 1, dimensions());
      break;
  }
  return std::isnan(distance) ? std::numeric_limits<float>::max() : distance;
}

float CodeSpace::PointScale(const Origin& query, float distance) const {
  switch (metric()) {
    case Metric::kCosine:
      return 2 * distance;
    case Metric::kInnerProduct:
      return 2 + 2 * distance * query.factor / parameters_.reach;
    case Metric::kL2:
      return distance / (parameters_.reach * parameters_.reach);
  }
  std::unreachable();
}

}  // namespace lake::ann
