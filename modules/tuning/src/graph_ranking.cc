#include "graph_ranking.h"

#include <algorithm>
#include <array>
#include <cmath>
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
  size_t kept_of;  ///< One graph of so many goes on.
};
// Together they cost about as much as one build over all rows.
constexpr std::array<Rung, 2> kRungs = {{{50, 1500, 100, 8}, {12, 3000, 200, 2}}};
constexpr std::array<size_t, 4> kWidths = {10, 20, 40, 80};

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

/// Codes compared for the wanted recall; infinite when no walk finds it.
Result<double> CostOf(const ann::Index& index, const ann::Matrix& queries, const Truths& truths,
                      const RankingOptions& options, size_t threads, const CancelToken& cancel) {
  std::vector<WalkSample> walks;
  for (const size_t width : kWidths) {
    LAKE_ASSIGN_OR_RETURN(const std::vector<ann::Answer> found,
                          index.SearchBatch(queries, {.k = options.k, .ef_search = width}, threads, cancel));
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
  const auto fit = FitGraph(walks, static_cast<double>(queries.rows * options.k));
  return fit ? fit->DistancesFor(options.wanted_recall) : kNotMeasured;
}

Result<std::vector<double>> CostsOf(const GraphWorkshop::Material& material,
                                    const std::vector<vector::HnswConfig>& graphs, const Rung& rung,
                                    const RankingOptions& options, const CancelToken& cancel) {
  const size_t rows = std::max(material.vectors.rows / rung.rows_per_sampled, rung.least_rows);
  const Sample sample(material.vectors, rows, options.seed + rung.rows_per_sampled);
  ann::Matrix queries = options.queries;
  queries.rows = std::min(queries.rows, rung.queries);
  GraphWorkshop workshop({.vectors = sample.matrix(), .ids = sample.ids(), .threads = material.threads});
  Truths truths;
  std::vector<double> costs(graphs.size(), kNotMeasured);
  // Graphs of the same candidates after one another.
  std::vector<size_t> order(graphs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return std::tuple(graphs[i].ef_construction, i); });
  for (const size_t i : order) {
    LAKE_ASSIGN_OR_RETURN(const MadeGraph made, workshop.Make(graphs[i], cancel));
    if (truths.empty()) {
      LAKE_ASSIGN_OR_RETURN(truths, TruthsOf(made.index, queries, options.k, material.threads, cancel));
    }
    LAKE_ASSIGN_OR_RETURN(costs[i], CostOf(made.index, queries, truths, options, material.threads, cancel));
  }
  return costs;
}

}  // namespace

std::vector<size_t> Cheapest(std::span<const double> costs, size_t keep) {
  std::vector<size_t> order(costs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) {
    return std::tuple(std::isnan(costs[i]), std::isnan(costs[i]) ? 0 : costs[i], i);
  });
  order.resize(std::min(order.size(), keep));
  return order;
}

Result<std::vector<vector::HnswConfig>> RankBySamples(const GraphWorkshop::Material& material,
                                                      std::vector<vector::HnswConfig> graphs,
                                                      const RankingOptions& options,
                                                      const CancelToken& cancel) {
  if (material.vectors.rows < options.least_rows || options.queries.rows == 0) return graphs;
  for (const Rung& rung : kRungs) {
    LAKE_ASSIGN_OR_RETURN(const std::vector<double> costs, CostsOf(material, graphs, rung, options, cancel));
    std::vector<vector::HnswConfig> survivors;
    for (const size_t i : Cheapest(costs, (graphs.size() + rung.kept_of - 1) / rung.kept_of))
      survivors.push_back(graphs[i]);
    graphs = std::move(survivors);
  }
  return graphs;
}

}  // namespace lake::tuning
