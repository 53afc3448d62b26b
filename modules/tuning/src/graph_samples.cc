#include "graph_samples.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "lake/ann/recall.h"
#include "lake/common/seeded_numbers.h"
#include "walk_model.h"

namespace lake::tuning {
namespace {

struct Rung {
  size_t rows_per_sampled;
  size_t least_rows;
  size_t queries;
};
// Together they cost about as much as one build over all rows.
constexpr Rung kFirst = {50, 1500, 100};
constexpr Rung kLast = {24, 3000, 200};
constexpr std::array<size_t, 4> kSampledWidths = {10, 20, 40, 80};

class Sample {
 public:
  Sample(const ann::Matrix& vectors, size_t rows, uint64_t seed) : dimensions_(vectors.dimensions) {
    SeededNumbers random(seed);
    // Knuth's selection: each row as likely as any other, in their order.
    size_t wanted = rows;
    for (size_t row = 0; row < vectors.rows && wanted > 0; ++row) {
      if (random.Below(vectors.rows - row) >= wanted) continue;
      --wanted;
      ids_.push_back(ids_.size());
      values_.insert(values_.end(), vectors.row(row), vectors.row(row) + vectors.dimensions);
    }
  }
  ann::Matrix matrix() const {
    return {.data = values_.data(), .rows = ids_.size(), .dimensions = dimensions_};
  }
  std::span<const uint64_t> ids() const { return ids_; }

 private:
  size_t dimensions_;
  std::vector<float> values_;
  std::vector<uint64_t> ids_;
};

using Truths = std::vector<ann::GroundTruth>;

Result<Truths> TruthsOf(const ann::Index& index, const ann::Matrix& queries, size_t k, size_t threads,
                        const CancelToken& cancel) {
  LAKE_ASSIGN_OR_RETURN(
      const std::vector<ann::Answer> exact,
      index.SearchBatch(queries, {.k = k, .precision = ann::Precision::kExact}, threads, cancel));
  Truths truths;
  for (const ann::Answer& answer : exact) truths.push_back(ann::GroundTruthOf(answer.hits));
  return truths;
}

Result<std::optional<GraphFit>> FitOf(const ann::Index& index, const ann::Matrix& queries,
                                      const Truths& truths, size_t k, size_t threads,
                                      const CancelToken& cancel) {
  std::vector<WalkSample> walks;
  for (const size_t width : kSampledWidths) {
    LAKE_ASSIGN_OR_RETURN(const std::vector<ann::Answer> found,
                          index.SearchBatch(queries, {.k = k, .ef_search = width}, threads, cancel));
    WalkSample walk = {.ef_search = static_cast<double>(width)};
    for (size_t i = 0; i < found.size(); ++i) {
      walk.recall += static_cast<double>(ann::CountFound(found[i].hits, truths[i])) /
                     static_cast<double>(std::max<size_t>(truths[i].count, 1));
      walk.distances += static_cast<double>(found[i].distances);
    }
    walk.recall /= static_cast<double>(found.size());
    walk.distances /= static_cast<double>(found.size());
    walks.push_back(walk);
  }
  return FitGraph(walks, static_cast<double>(queries.rows * k));
}

/// Codes compared for the wanted recall, infinite when no walk finds it; what is not known comes after all.
double CostOf(const SampledGraph& graph, double wanted_recall) {
  return graph.sample ? graph.sample->DistancesFor(wanted_recall) : std::numeric_limits<double>::infinity();
}

bool DoesTheSame(const SampledGraph& one, const SampledGraph& other) {
  return one.graph.ef_construction == other.graph.ef_construction && one.sample == other.sample;
}

Result<std::vector<SampledGraph>> Measure(const GraphWorkshop::Material& material,
                                          const std::vector<vector::HnswConfig>& graphs, const Rung& rung,
                                          const SamplingOptions& options, const CancelToken& cancel) {
  const Sample sample(material.vectors,
                      std::max(material.vectors.rows / rung.rows_per_sampled, rung.least_rows),
                      options.seed + rung.rows_per_sampled);
  ann::Matrix queries = options.queries;
  queries.rows = std::min(queries.rows, rung.queries);
  GraphWorkshop workshop({.vectors = sample.matrix(), .ids = sample.ids(), .threads = material.threads});
  // Graphs of the same candidates after one another.
  std::vector<size_t> order(graphs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return std::tuple(graphs[i].ef_construction, i); });
  Truths truths;
  std::vector<SampledGraph> measured;
  for (const size_t i : order) {
    const vector::HnswConfig& graph = graphs[i];
    LAKE_ASSIGN_OR_RETURN(const MadeGraph made, workshop.Make(graph, cancel));
    if (truths.empty()) {
      LAKE_ASSIGN_OR_RETURN(truths, TruthsOf(made.index, queries, options.k, material.threads, cancel));
    }
    SampledGraph one = {.graph = graph};
    LAKE_ASSIGN_OR_RETURN(one.sample,
                          FitOf(made.index, queries, truths, options.k, material.threads, cancel));
    if (std::ranges::none_of(measured, [&](const SampledGraph& other) { return DoesTheSame(one, other); }))
      measured.push_back(std::move(one));
  }
  std::ranges::sort(measured, {}, [&](const SampledGraph& one) {
    const vector::HnswConfig& graph = one.graph;
    return std::tuple(CostOf(one, options.wanted_recall), graph.ef_construction, graph.degree.value_or(0),
                      graph.alpha.value_or(0), graph.seed.value_or(0));
  });
  return measured;
}

/// `always`, and of each ef_construction the first half.
std::vector<vector::HnswConfig> BetterHalf(const std::vector<SampledGraph>& measured,
                                           const SamplingOptions& options) {
  std::map<uint32_t, size_t> left;  // How many go on.
  for (const SampledGraph& one : measured) ++left[one.graph.ef_construction];
  for (auto& [_, count] : left) count = (count + 1) / 2;
  std::vector<vector::HnswConfig> better = options.always;
  for (const SampledGraph& one : measured) {
    if (left[one.graph.ef_construction] == 0) continue;
    --left[one.graph.ef_construction];
    if (std::ranges::none_of(options.always,
                             [&](const auto& known) { return BuildSameGraph(known, one.graph); }))
      better.push_back(one.graph);
  }
  return better;
}

}  // namespace

Result<std::vector<SampledGraph>> SampleGraphs(const GraphWorkshop::Material& material,
                                               const std::vector<vector::HnswConfig>& graphs,
                                               const SamplingOptions& options, const CancelToken& cancel) {
  if (material.vectors.rows < options.least_rows || options.queries.rows == 0) return Unsampled(graphs);
  LAKE_ASSIGN_OR_RETURN(const std::vector<SampledGraph> first,
                        Measure(material, graphs, kFirst, options, cancel));
  return Measure(material, BetterHalf(first, options), kLast, options, cancel);
}

}  // namespace lake::tuning
