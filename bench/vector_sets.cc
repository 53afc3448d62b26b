#include "vector_sets.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <span>
#include <thread>

#include "lake/ann/kernels.h"
#include "vector_files.h"

namespace lake::bench {
namespace {

constexpr size_t kKept = 100;
constexpr double kTie = 1e-6;

}  // namespace

VectorSet::VectorSet(std::string name, ann::SampleVectors vectors, ann::Metric metric,
                     const std::vector<std::vector<uint64_t>>& truth)
    : name_(std::move(name)), sample_(std::move(vectors)), metric_(metric), nearest_(sample_.query_count) {
  for (size_t q = 0; q < truth.size(); ++q)
    for (const uint64_t row : truth[q]) nearest_[q].push_back(Distance(q, row));
  if (!truth.empty()) return;
  mean_distance_.resize(sample_.query_count);
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    std::vector<float> distances(sample_.row_count);
    for (size_t q = next.fetch_add(1); q < sample_.query_count; q = next.fetch_add(1))
      FindNearest(q, &distances);
  };
  std::vector<std::jthread> threads;
  for (unsigned t = 0; t < std::thread::hardware_concurrency(); ++t) threads.emplace_back(work);
}

void VectorSet::FindNearest(size_t q, std::vector<float>* distances) {
  for (size_t r = 0; r < distances->size(); ++r) (*distances)[r] = Distance(q, r);
  mean_distance_[q] =
      std::accumulate(distances->begin(), distances->end(), 0.0) / static_cast<double>(distances->size());
  const auto kept = distances->begin() + static_cast<std::ptrdiff_t>(std::min(kKept, distances->size()));
  std::partial_sort(distances->begin(), kept, distances->end());
  nearest_[q].assign(distances->begin(), kept);
}

float VectorSet::Distance(size_t q, size_t row) const {
  const ann::Kernels& kernels = ann::BestKernels();
  const float* vector = sample_.rows().row(row);
  if (metric_ == ann::Metric::kL2)
    return kernels.squared_distance(query(q), 1, vector, 1, sample_.dimensions);
  const float product = kernels.dot(query(q), vector, sample_.dimensions);
  return metric_ == ann::Metric::kCosine ? 1 - product : -product;
}

double VectorSet::Length(double distance) const {
  // Of unit vectors the squared Euclidean distance is twice the cosine distance.
  return std::sqrt(std::max(1e-9, distance) * (metric_ == ann::Metric::kCosine ? 2 : 1));
}

double VectorSet::Recall(size_t q, const std::vector<uint64_t>& found) const {
  const double last = nearest_[q][kNeighboursAsked - 1];
  const double limit = last + kTie * std::max(1.0, std::abs(last));
  const auto hits = std::ranges::count_if(found, [&](uint64_t row) { return Distance(q, row) <= limit; });
  return static_cast<double>(hits) / kNeighboursAsked;
}

JsonValue VectorSet::Statistics() const {
  JsonValue statistics = JsonValue::MakeObject({{"rows", static_cast<int64_t>(sample_.row_count)},
                                                {"dimensions", static_cast<int64_t>(sample_.dimensions)},
                                                {"metric", std::string(MetricName(metric_))}});
  if (metric_ == ann::Metric::kInnerProduct || mean_distance_.empty()) return statistics;
  double intrinsic = 0;
  double contrast = 0;
  for (size_t q = 0; q < nearest_.size(); ++q) {
    const auto length = [&](size_t i) { return Length(nearest_[q][i]); };
    double sum = 0;
    for (size_t i = 0; i + 1 < kKept; ++i) sum += std::log(length(i) / length(kKept - 1));
    intrinsic -= static_cast<double>(kKept - 1) / sum;
    contrast += Length(mean_distance_[q]) / length(kNeighboursAsked - 1);
  }
  const auto count = static_cast<double>(nearest_.size());
  statistics.Set("lid", intrinsic / count);
  statistics.Set("rc", contrast / count);
  return statistics;
}

namespace {

/// Cosine is measured over unit vectors, where it is the inner product, which every peer has. None is zero.
void Normalise(ann::SampleVectors* vectors) {
  const size_t dimensions = vectors->dimensions;
  for (size_t v = 0; v < vectors->row_count + vectors->query_count; ++v) {
    const std::span<float> vector = std::span(vectors->values).subspan(v * dimensions, dimensions);
    const float length = std::sqrt(ann::BestKernels().dot(vector.data(), vector.data(), dimensions));
    for (float& value : vector) value /= length;
  }
}

Status CheckTruth(const std::vector<std::vector<uint64_t>>& truth, const ann::SampleVectors& vectors) {
  if (truth.size() != vectors.query_count)
    return InvalidArgument("bad_vector_file", "truth of {} queries for {}", truth.size(),
                           vectors.query_count);
  for (const std::vector<uint64_t>& nearest : truth) {
    if (nearest.size() < kNeighboursAsked)
      return InvalidArgument("bad_vector_file", "truth has {} rows a query, {} are asked for", nearest.size(),
                             kNeighboursAsked);
    for (const uint64_t row : nearest)
      if (row >= vectors.row_count)
        return InvalidArgument("bad_vector_file", "truth names row {} of {}", row, vectors.row_count);
  }
  return {};
}

Result<VectorSet> ReadVectorSet(const GivenVectors& given) {
  constexpr size_t kFewestQueries = 20;
  LAKE_ASSIGN_OR_RETURN(FileVectors base, ReadVectors(given.base));
  LAKE_ASSIGN_OR_RETURN(const FileVectors queries, ReadVectors(given.queries));
  if (base.dimensions != queries.dimensions)
    return InvalidArgument("bad_vector_file", "rows have {} dimensions, queries {}", base.dimensions,
                           queries.dimensions);
  if (base.rows < kKept || queries.rows < kFewestQueries)
    return InvalidArgument("bad_vector_file", "{} rows and {} queries; {} and {} are the fewest", base.rows,
                           queries.rows, kKept, kFewestQueries);
  ann::SampleVectors vectors = {.values = std::move(base.values),
                                .row_count = base.rows,
                                .query_count = queries.rows,
                                .dimensions = base.dimensions};
  vectors.values.insert(vectors.values.end(), queries.values.begin(), queries.values.end());
  LAKE_RETURN_IF_ERROR(ann::CheckVectors(vectors.rows(), given.metric));
  LAKE_RETURN_IF_ERROR(ann::CheckVectors(vectors.queries(), given.metric));
  if (given.metric == ann::Metric::kCosine) Normalise(&vectors);
  std::vector<std::vector<uint64_t>> truth;
  if (!given.truth.empty()) {
    LAKE_ASSIGN_OR_RETURN(truth, ReadTruth(given.truth));
    LAKE_RETURN_IF_ERROR(CheckTruth(truth, vectors));
  }
  return VectorSet(given.base.stem().string(), std::move(vectors), given.metric, truth);
}

VectorSet MakeVectorSet(ann::SampleKind kind, const MadeSets& made) {
  return {kind == ann::SampleKind::kTopics ? "A" : "B",
          ann::MakeSampleVectors(
              {.kind = kind, .rows = made.rows, .queries = made.queries, .dimensions = 768, .seed = 7}),
          ann::Metric::kCosine};
}

}  // namespace

size_t UsualRows(Effort effort) { return effort == Effort::kQuick ? 20'000 : 100'000; }

Status ForEachVectorSet(const RunOptions& options, const MadeSets& made,
                        const std::function<Status(const VectorSet&)>& use) {
  if (options.given) {
    LAKE_ASSIGN_OR_RETURN(const VectorSet set, ReadVectorSet(*options.given));
    return use(set);
  }
  for (const ann::SampleKind kind : made.kinds) LAKE_RETURN_IF_ERROR(use(MakeVectorSet(kind, made)));
  return {};
}

RecallEstimate EstimateRecall(const std::vector<double>& per_query) {
  const auto count = static_cast<double>(per_query.size());
  const double mean = std::accumulate(per_query.begin(), per_query.end(), 0.0) / count;
  double squares = 0;
  for (const double recall : per_query) squares += (recall - mean) * (recall - mean);
  return {.mean = mean, .low = mean - 1.96 * std::sqrt(squares / (count - 1) / count)};
}

}  // namespace lake::bench
