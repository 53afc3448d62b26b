// What the tests of this module share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <tuple>
#include <vector>

#include "lake/ann/index.h"
#include "lake/ann_testing/sample_vectors.h"

namespace lake::ann {

inline std::vector<uint64_t> Ids(size_t count) {
  std::vector<uint64_t> ids(count);
  for (size_t i = 0; i < count; ++i) ids[i] = 1000 + 3 * i;
  return ids;
}

inline SampleVectors SmallSample(SampleKind kind) {
  return MakeSampleVectors({.kind = kind, .rows = 5000, .queries = 200, .dimensions = 96});
}

inline Index BuildOrDie(const Matrix& vectors, const BuildOptions& options) {
  return Index::Build(vectors, Ids(vectors.rows), options, {}).value();
}

struct SampleIndex {
  SampleVectors sample;
  Index index;  ///< Of `sample`, whose rows it borrows.
};

/// SmallSample(kind) and its index of seed 42: built once for all tests, which only read it.
inline const SampleIndex& SmallIndex(SampleKind kind, Metric metric = Metric::kCosine, size_t degree = 32) {
  static std::map<std::tuple<SampleKind, Metric, size_t>, std::unique_ptr<const SampleIndex>> built;
  std::unique_ptr<const SampleIndex>& one = built[{kind, metric, degree}];
  if (!one) {
    SampleVectors sample = SmallSample(kind);
    Index index = BuildOrDie(sample.rows(), {.metric = metric, .degree = degree, .seed = 42});
    one.reset(new SampleIndex{std::move(sample), std::move(index)});
  }
  return *one;
}

inline Answer SearchOrDie(const Index& index, std::span<const float> query, const SearchOptions& options) {
  SearchMemory memory;
  return index.Search(query, options, {}, &memory).value();
}

/// The metric's distance in f64, from its definition.
inline double TrueDistance(Metric metric, std::span<const float> a, std::span<const float> b) {
  double dot = 0;
  double aa = 0;
  double bb = 0;
  double difference = 0;
  for (size_t d = 0; d < a.size(); ++d) {
    dot += double{a[d]} * b[d];
    aa += double{a[d]} * a[d];
    bb += double{b[d]} * b[d];
    difference += (double{a[d]} - b[d]) * (double{a[d]} - b[d]);
  }
  if (metric == Metric::kCosine) return 1 - dot / std::sqrt(aa * bb);
  return metric == Metric::kInnerProduct ? -dot : difference;
}

/// Rows that pass `filter` (null: all) by their true distance, the nearest first.
inline std::vector<std::pair<double, uint64_t>> TrueOrder(const Index& index, const Matrix& rows,
                                                          std::span<const float> query,
                                                          const RowSet* filter) {
  std::vector<std::pair<double, uint64_t>> order;
  for (size_t r = 0; r < rows.rows; ++r)
    if (filter == nullptr || filter->Contains(r))
      order.emplace_back(TrueDistance(index.metric(), query, rows.row_span(r)), index.ids()[r]);
  std::ranges::sort(order);
  return order;
}

/// The share of the k nearest by definition that `options` finds, over all queries.
inline double Recall(const Index& index, const SampleVectors& sample, const SearchOptions& options) {
  size_t hits = 0;
  for (size_t q = 0; q < sample.query_count; ++q) {
    const std::span<const float> query = sample.queries().row_span(q);
    const Answer exact = SearchOrDie(index, query, {.k = options.k, .precision = Precision::kExact});
    std::set<uint64_t> truth;
    for (const Hit& hit : exact.hits) truth.insert(hit.id);
    for (const Hit& hit : SearchOrDie(index, query, options).hits) hits += truth.count(hit.id);
  }
  return static_cast<double>(hits) / static_cast<double>(sample.query_count * options.k);
}

}  // namespace lake::ann
