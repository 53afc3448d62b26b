// Vectors like those of embedding models, made from a seed: a common mean, topics of unequal sizes, a
// power-law spectrum, near duplicates, and queries that are not rows. Independent random numbers would prove
// nothing: among them no row is near.
#pragma once

#include <cstdint>
#include <vector>

#include "lake/ann/metric.h"

namespace lake::ann {

enum class SampleKind {
  kTopics,     ///< Set A: one level of topics; local intrinsic dimension about 14 at 100,000 x 768.
  kSubtopics,  ///< Set B: topics of topics, spreads of their own, 3 % near duplicates, shifted queries;
               ///< about 23.
};

struct SampleOptions {
  SampleKind kind = SampleKind::kTopics;
  size_t rows = 0;
  size_t queries = 0;
  size_t dimensions = 0;
  uint64_t seed = 7;
};

/// Unit vectors, rows then queries. The same for a seed on every machine, for any number of threads.
struct SampleVectors {
  std::vector<float> values;
  size_t row_count = 0;
  size_t query_count = 0;
  size_t dimensions = 0;

  Matrix rows() const { return {.data = values.data(), .rows = row_count, .dimensions = dimensions}; }
  Matrix queries() const {
    return {.data = values.data() + row_count * dimensions, .rows = query_count, .dimensions = dimensions};
  }
};

SampleVectors MakeSampleVectors(const SampleOptions& options);

}  // namespace lake::ann
