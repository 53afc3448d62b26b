// Where codes live. Whatever the metric, a vector becomes a point so that the squared Euclidean distance of
// two points orders them as the metric does; the point is moved by the mean of all, and kept as one signed
// byte a dimension.
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
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lake/ann/kernels.h"
#include "lake/ann/metric.h"
#include "thread_team.h"

namespace lake::ann {

/// What belongs to one code besides its bytes: point = scale * code + an error of length `residual`. On disk
/// as it is.
struct CodeTerms {
  float scale = 0;
  float norm2 = 0;     ///< The squared length of the point, its extra coordinate included.
  float residual = 0;  ///< The length of what the code leaves out.
  float extra = 0;     ///< Inner product: the coordinate more. Cosine: 1 / |x|. L2: 0.
};
static_assert(sizeof(CodeTerms) == 16);

/// A query in the space of the codes.
struct QueryCode {
  std::vector<int8_t> code;
  CodeTerms terms;  ///< Of a query `extra` is 0 but under cosine.
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
  size_t code_bytes() const { return code_bytes_; }  ///< Of one code: dimensions, padded.
  const Kernels& kernels() const { return *kernels_; }

  /// Writes code_bytes() to `code`.
  CodeTerms EncodeRow(const float* row, int8_t* code) const;
  /// Errors: as CheckVectors; invalid_argument/dimensions_differ.
  Status EncodeQuery(std::span<const float> query, QueryCode* encoded) const;

  /// The squared distance of two points, up to what their codes leave out. Symmetric, and the same on every
  /// machine.
  float CodeDistance(const CodeTerms& a, const CodeTerms& b, int32_t dot) const {
    float product = a.scale * b.scale * static_cast<float>(dot);
    if (metric() == Metric::kInnerProduct) product += a.extra * b.extra;
    return a.norm2 + b.norm2 - 2 * product;
  }
  /// How far CodeDistance can be from the squared distance of the points, and that from Distance(), on the
  /// points' scale.
  static float ErrorBound(const CodeTerms& a, const CodeTerms& b);

  /// The metric's own distance of a query to a row, from their f32; the largest float where a damaged row has
  /// none.
  float Distance(const float* query, const CodeTerms& query_terms, const float* row,
                 const CodeTerms& row_terms) const;

 private:
  CodeTerms Encode(const float* vector, float factor, int8_t* code) const;
  float RowFactor(const float* row) const;

  Parameters parameters_;
  size_t code_bytes_;
  const Kernels* kernels_;
};

}  // namespace lake::ann
