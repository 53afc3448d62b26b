// Where codes live. Whatever the metric, a vector becomes a point so that the squared Euclidean distance of
// two points orders them as the metric does; the point is moved by the mean of all, turned (rotation.h), and
// kept as one byte a dimension.
//
//   cosine         point = x / |x| - mean
//   l2             point = x / reach - mean
//   inner product  point = x / reach - mean, with one coordinate more: sqrt(1 - |x / reach|^2). A query has
//   none, so
//                  its squared distance to x is a constant minus 2 q.x / reach (Bachrach et al., "Speeding up
//                  the Xbox recommender system using a Euclidean transformation for inner-product spaces",
//                  2014).
//
// `reach` is the length of the longest vector, so points lie in the unit ball. Moving by the mean matters:
// real embeddings share half their length, and a byte is too small to spend on what all have in common.
//
// The two halves of the bytes are kept apart: the high ones are a code of four bits by themselves, which
// walks read, and both together are what they are checked by.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lake/ann/kernels.h"
#include "lake/ann/metric.h"
#include "rotation.h"
#include "thread_team.h"

namespace lake::ann {

/// Of a byte that holds two codes of four bits.
inline constexpr uint8_t kLowHalf = 15;

/// What belongs to one code besides its bytes: point = scale * code + an error of length `residual`. On disk
/// as it is.
struct CodeTerms {
  float scale = 0;
  float norm2 = 0;     ///< The squared length of the point, its extra coordinate included.
  float residual = 0;  ///< The length of what the code leaves out.
  float extra = 0;     ///< Inner product: the coordinate more. Cosine: 1 / |x|. L2: 0.
};
static_assert(sizeof(CodeTerms) == 16);

/// A point that distances are measured from: a query's or a row's.
struct Origin {
  const float* vector = nullptr;  ///< As it was given. Borrowed.
  float factor = 1;               ///< Point = vector * factor - mean, turned.
  CodeTerms terms;                ///< Of a query `extra` is 0 but under cosine.
  std::vector<int8_t> code;       ///< Padded with zeros.
  int32_t code_sum = 0;           ///< Of the elements of `code`.
};

/// Where the code of a row goes: half_bytes() each.
struct Halves {
  uint8_t* high;
  uint8_t* low;
};

/// How far CodeDistance can be from the squared distance of two points, and that from Distance(), on the
/// points' scale: of one query to any row.
class ErrorBound {
 public:
  /// `share` is how much of what codes leave out may lie along the other point: 1 for certain, or
  /// CodeSpace::LikelyShare().
  ErrorBound(const CodeTerms& query, float share);
  /// `residual` is what the row's code leaves out.
  float operator()(const CodeTerms& row, float residual) const {
    return base_ + per_norm2_ * row.norm2 + per_residual_ * residual;
  }

 private:
  float base_;
  float per_norm2_;
  float per_residual_;
};

class CodeSpace {
 public:
  /// Everything a file has to keep of a space.
  struct Parameters {
    Metric metric = Metric::kCosine;
    float reach = 1;
    std::vector<float> mean;  ///< Its size is the number of dimensions.
  };

  CodeSpace(Parameters parameters, const Kernels& kernels);
  /// The space of `vectors`, which CheckVectors has passed.
  static CodeSpace Train(const Matrix& vectors, Metric metric, const Kernels& kernels, ThreadTeam* team);

  const Parameters& parameters() const { return parameters_; }
  Metric metric() const { return parameters_.metric; }
  size_t dimensions() const { return parameters_.mean.size(); }
  size_t half_bytes() const { return half_bytes_; }  ///< Of one code's high or low halves: whole lines.
  const Kernels& kernels() const { return *kernels_; }

  struct RowCode {
    CodeTerms terms;
    float high_residual;  ///< The length of what the high halves alone leave out.
  };
  RowCode EncodeRow(const float* row, Halves halves) const;
  /// Errors: as CheckVectors; invalid_argument/dimensions_differ.
  Status EncodeQuery(std::span<const float> query, Origin* encoded) const;
  /// A row with its code as an origin; `low` may be null, then the code is that of the high halves.
  void Decode(const float* row, const CodeTerms& terms, const uint8_t* high, const uint8_t* low,
              Origin* origin) const;

  /// The product of two codes, from that of the origin's with the high halves of the other …
  static float ProductByHigh(const Origin& origin, int32_t high) {
    // An element is 16 * high + low - 128; half a step stands for the low half.
    return static_cast<float>(16 * high - 120 * origin.code_sum);
  }
  /// … or both.
  static float Product(const Origin& origin, int32_t high, int32_t low) {
    return static_cast<float>(16 * high + low - 128 * origin.code_sum);
  }
  /// The squared distance of two points whose codes have this product, up to what the codes leave out.
  /// Symmetric, and the same on every machine.
  float CodeDistance(const CodeTerms& a, const CodeTerms& b, float codes) const {
    float product = a.scale * b.scale * codes;
    if (metric() == Metric::kInnerProduct) product += a.extra * b.extra;
    return a.norm2 + b.norm2 - 2 * product;
  }
  /// The squared distance of two points by their vectors, which tells points apart that a difference of
  /// products does not.
  float PointDistance(const Origin& origin, const float* row, const CodeTerms& terms) const;
  /// Points are turned, so what a code leaves out lies anywhere: along another point its standard deviation
  /// is the residual / sqrt(dimensions). The share of the residual that so many of those are.
  float LikelyShare(float deviations) const {
    return std::min(1.0F, deviations / std::sqrt(static_cast<float>(dimensions())));
  }
  /// The squared length of what a code by high halves leaves out, on average: an element lies anywhere in its
  /// step of 16.
  float MeanLeftOutByHigh(const CodeTerms& terms) const {
    return terms.scale * terms.scale * static_cast<float>(dimensions()) * (16.0F * 16.0F / 12.0F);
  }

  /// The metric's own distance of a query to a row, from their f32; the largest float where a damaged row has
  /// none.
  float Distance(const Origin& query, const float* row, const CodeTerms& row_terms) const;
  /// The squared distance of points that is that distance of the metric.
  float PointScale(const Origin& query, float distance) const;

 private:
  CodeTerms Encode(const float* vector, float factor, float* point, int8_t* code) const;
  float RowFactor(const float* row) const;
  /// The same of a row that has its code.
  float Factor(const CodeTerms& terms) const {
    return metric() == Metric::kCosine ? terms.extra : 1 / parameters_.reach;
  }

  Parameters parameters_;
  size_t half_bytes_;
  Rotation rotation_;
  const Kernels* kernels_;
};

}  // namespace lake::ann
