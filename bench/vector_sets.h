// Sets A and B, or a set of somebody's own, with the truth about them, and what a system's answers are worth.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "benchmarks.h"
#include "lake/ann_testing/sample_vectors.h"
#include "lake/common/json.h"
#include "vector_system.h"

namespace lake::bench {

inline constexpr size_t kNeighboursAsked = 10;

/// Queries come in two halves: what is chosen is chosen on the first, what is reported is measured on the
/// second.
class VectorSet {
 public:
  /// Of `truth` there is one list for each query, the nearest row first; empty: found by comparing all.
  VectorSet(std::string name, ann::SampleVectors vectors, ann::Metric metric,
            const std::vector<std::vector<uint64_t>>& truth = {});

  const std::string& name() const { return name_; }
  ann::Metric metric() const { return metric_; }
  ann::Matrix rows() const { return sample_.rows(); }
  /// By the metric, of query q to a row.
  float Distance(size_t q, size_t row) const;
  const float* query(size_t q) const { return sample_.queries().row(q); }
  size_t half() const { return sample_.query_count / 2; }
  ann::Matrix first_half() const { return {sample_.queries().data, half(), sample_.dimensions}; }
  ann::Matrix second_half() const { return {query(half()), half(), sample_.dimensions}; }

  /// The share of the true nearest among `found` for query q. Rows as near as the last of them, to 1e-6,
  /// count.
  double Recall(size_t q, const std::vector<uint64_t>& found) const;
  /// n, dimensions, and where distances are lengths and the truth was found here, local intrinsic dimension
  /// (maximum likelihood over 100 neighbours) and relative contrast at 10.
  JsonValue Statistics() const;

 private:
  /// What is compared with all rows: their distances to query q.
  void FindNearest(size_t q, std::vector<float>* distances);
  /// The Euclidean distance that a distance by the metric stands for.
  double Length(double distance) const;

  std::string name_;
  ann::SampleVectors sample_;
  ann::Metric metric_;
  std::vector<std::vector<float>>
      nearest_;                        ///< Of each query, the distances of the 100 nearest rows, ascending.
  std::vector<double> mean_distance_;  ///< Of each query to all rows; empty where the truth was given.
};

/// The sets that a benchmark makes when none is given: of 768 dimensions, always of the same seed.
struct MadeSets {
  std::vector<ann::SampleKind> kinds = {ann::SampleKind::kTopics, ann::SampleKind::kSubtopics};  ///< A, B.
  size_t rows = 0;
  size_t queries = 0;
};
/// 100,000, in a quick run 20,000.
size_t UsualRows(Effort effort);

/// Calls `use` for each set, made or the one that is given: one after the other in memory. Errors: those of
/// ReadVectors and of `use`; invalid_argument/bad_vector_file for files that do not belong together.
Status ForEachVectorSet(const RunOptions& options, const MadeSets& made,
                        const std::function<Status(const VectorSet&)>& use);

struct RecallEstimate {
  double mean = 0;
  double low = 0;  ///< The lower end of the 95 % interval over queries.
};
RecallEstimate EstimateRecall(const std::vector<double>& per_query);

}  // namespace lake::bench
