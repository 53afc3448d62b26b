#include "vector_sets.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

#include "lake/ann/kernels.h"

namespace lake::bench {
namespace {

constexpr size_t kKept = 100;
constexpr double kTie = 1e-6;

}  // namespace

VectorSet::VectorSet(std::string name, const ann::SampleOptions& options)
    : name_(std::move(name)),
      sample_(ann::MakeSampleVectors(options)),
      nearest_(sample_.query_count),
      mean_distance_(sample_.query_count) {
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    std::vector<float> distances(sample_.row_count);
    for (size_t q = next.fetch_add(1); q < sample_.query_count; q = next.fetch_add(1)) {
      for (size_t r = 0; r < distances.size(); ++r)
        distances[r] = 1 - ann::BestKernels().dot(query(q), sample_.rows().row(r), sample_.dimensions);
      mean_distance_[q] =
          std::accumulate(distances.begin(), distances.end(), 0.0) / static_cast<double>(distances.size());
      const auto kept = distances.begin() + static_cast<std::ptrdiff_t>(std::min(kKept, distances.size()));
      std::partial_sort(distances.begin(), kept, distances.end());
      nearest_[q].assign(distances.begin(), kept);
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned t = 0; t < std::thread::hardware_concurrency(); ++t) threads.emplace_back(work);
}

double VectorSet::Distance(size_t q, size_t row) const {
  return 1 - ann::BestKernels().dot(query(q), sample_.rows().row(row), sample_.dimensions);
}

double VectorSet::Recall(size_t q, const std::vector<uint64_t>& found) const {
  const double limit = nearest_[q][kNeighboursAsked - 1] + kTie;
  const auto hits = std::ranges::count_if(found, [&](uint64_t row) { return Distance(q, row) <= limit; });
  return static_cast<double>(hits) / kNeighboursAsked;
}

JsonValue VectorSet::Statistics() const {
  double intrinsic = 0;
  double contrast = 0;
  for (size_t q = 0; q < nearest_.size(); ++q) {
    // Of unit vectors the Euclidean distance is the root of twice the cosine distance.
    const auto length = [&](size_t i) { return std::sqrt(2 * std::max(1e-9, double{nearest_[q][i]})); };
    double sum = 0;
    for (size_t i = 0; i + 1 < kKept; ++i) sum += std::log(length(i) / length(kKept - 1));
    intrinsic -= static_cast<double>(kKept - 1) / sum;
    contrast += std::sqrt(2 * mean_distance_[q]) / length(kNeighboursAsked - 1);
  }
  const auto count = static_cast<double>(nearest_.size());
  return JsonValue::MakeObject({{"rows", static_cast<int64_t>(sample_.row_count)},
                                {"dimensions", static_cast<int64_t>(sample_.dimensions)},
                                {"lid", intrinsic / count},
                                {"rc", contrast / count}});
}

VectorSet MakeVectorSet(ann::SampleKind kind, Effort effort, size_t queries) {
  return {kind == ann::SampleKind::kTopics ? "A" : "B",
          {.kind = kind,
           .rows = effort == Effort::kQuick ? size_t{20'000} : size_t{100'000},
           .queries = queries,
           .dimensions = 768,
           .seed = 7}};
}

RecallEstimate EstimateRecall(const std::vector<double>& per_query) {
  const auto count = static_cast<double>(per_query.size());
  const double mean = std::accumulate(per_query.begin(), per_query.end(), 0.0) / count;
  double squares = 0;
  for (const double recall : per_query) squares += (recall - mean) * (recall - mean);
  return {.mean = mean, .low = mean - 1.96 * std::sqrt(squares / (count - 1) / count)};
}

}  // namespace lake::bench
