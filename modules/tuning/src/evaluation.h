// What an index finds of what is nearest, and how long that takes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lake/ann/index.h"
#include "lake/ann/recall.h"
#include "lake/common/cancel.h"
#include "lake/common/result.h"
#include "lake/vector/hnsw_config.h"

namespace lake::tuning {

/// Queries as vectors, one after another, and what is nearest to each.
struct AskedQueries {
  size_t dimensions = 0;
  std::vector<float> vectors;
  std::vector<ann::GroundTruth> truths;

  size_t count() const { return truths.size(); }
  std::span<const float> vector(size_t query) const {
    return std::span(vectors).subspan(query * dimensions, dimensions);
  }
  ann::Matrix matrix() const { return {.data = vectors.data(), .rows = count(), .dimensions = dimensions}; }
};

struct Evaluation {
  std::vector<double> latencies_us;  ///< Ascending.
  std::vector<uint32_t> hits;        ///< Of each query: how many of the nearest were found.
  double recall = 0;                 ///< Mean of their shares.
  ann::Interval interval;            ///< Of the recall.
  double distances_mean = 0;
  double hops_mean = 0;
};

/// A search of `k` hits as the configuration walks.
ann::SearchOptions SearchOptionsOf(const vector::HnswConfig& config, size_t k);

/// By nearest rank: the value at round((n - 1) * p) of n ascending ones; 0 of none. `p` in [0, 1].
double Percentile(std::span<const double> ascending, double p);

/// The mean of the shares. Where all queries have as many neighbours it is one division: evaluations that
/// found as many must be equal to the last bit, or there are no ties.
double RecallOf(const std::vector<uint32_t>& hits, const std::vector<ann::GroundTruth>& truths);

/// Asks every query through the graph, one at a time on this thread, after some that are not counted. Errors:
/// those of ann::Index::Search, of `cancel`.
Result<Evaluation> Evaluate(const ann::Index& index, const AskedQueries& queries,
                            const ann::SearchOptions& options, const CancelToken& cancel);

/// The two parts of Evaluate, for several evaluations of one index: some of the queries, to fetch it into the
/// caches; all of them.
Status WarmUp(const ann::Index& index, const AskedQueries& queries, const ann::SearchOptions& options,
              const CancelToken& cancel);
Result<Evaluation> EvaluateWarm(const ann::Index& index, const AskedQueries& queries,
                                const ann::SearchOptions& options, const CancelToken& cancel);

/// Median latency, in microseconds, of some of the queries when every row is compared, on this thread.
Result<double> BruteForceLatency(const ann::Index& index, const AskedQueries& queries, size_t k,
                                 const CancelToken& cancel);

}  // namespace lake::tuning
