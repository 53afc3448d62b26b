#include "model_strategy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "autotune_choice.h"
#include "graph_surrogate.h"
#include "pareto_front.h"
#include "walk_grid.h"
#include "walk_model.h"

namespace lake::tuning {
namespace {

using vector::HnswConfig;

// Gauss and Hermite's three points: exact for what bends no more than a fifth power.
struct Node {
  double deviations;
  double weight;
};
constexpr std::array<Node, 3> kNodes = {{{-1.7320508, 1.0 / 6}, {0, 2.0 / 3}, {1.7320508, 1.0 / 6}}};

// Before a build was measured.
constexpr double kUnknownCpuSecs = 1;
/// What choosing anew among kept candidates costs of a build.
constexpr double kShareOfChoosing = 1.0 / 3;
/// A build takes as long as one of so much less ef_construction and as many candidates more.
constexpr double kFixedEffort = 40;

ann::Code CodeOf(const Trial& trial) {
  if (trial.config.code) return *trial.config.code;
  for (const auto& [code, name] : DescribeEnum<ann::Code>::kNames)
    if (trial.build && trial.build->code == name) return code;
  return ann::Code::kInt8;
}

WalkPoint PointOf(const Trial& trial) {
  return {.recall = trial.metrics.recall_at_k, .latency_us = trial.metrics.search_latency_p50_us};
}

struct KnownGraph {
  HnswConfig graph;
  std::vector<const Trial*> trials;
};

/// What a journal tells.
class Knowledge {
 public:
  Knowledge(std::span<const Trial> journal, const ModelOptions& options) : options_(options) {
    for (const Trial& trial : journal) {
      trials_.push_back(&trial);
      auto graph = std::ranges::find_if(
          graphs_, [&](const KnownGraph& known) { return BuildSameGraph(known.graph, trial.config); });
      if (graph == graphs_.end()) graph = graphs_.insert(graph, {.graph = trial.config, .trials = {}});
      graph->trials.push_back(&trial);
    }
    FindFront();
    FindCode();
    FitAll();
  }

  bool Has(const HnswConfig& graph) const { return Find(graph) != nullptr; }
  const std::vector<WalkPoint>& front() const { return front_; }
  const WalkPoint& worst() const { return worst_; }
  const std::vector<FittedGraph>& fitted() const { return fitted_; }
  const std::optional<LatencyFit>& latency() const { return latency_; }
  const Trial& last() const { return *trials_.back(); }

  /// Walks like those of the front, of every width.
  std::vector<vector::WalkSettings> WalksToMeasure() const {
    std::vector<vector::WalkSettings> walks = WalkGrid(options_.k);
    std::erase_if(walks, [&](const vector::WalkSettings& walk) {
      return std::ranges::none_of(front_trials_, [&](const Trial* trial) {
        return SameButWidth(walk, {.ef_search = walk.ef_search,
                                   .rerank = trial->config.rerank.value_or(0),
                                   .code = CodeOf(*trial)});
      });
    });
    return walks.empty() ? WalkGrid(options_.k) : walks;
  }

  double CpuSecsOf(const BuildProposal& proposal) const {
    const double whole = WholeCpuSecs(proposal.graph);
    const bool at_hand = !trials_.empty() &&
                         last().config.ef_construction == proposal.graph.ef_construction &&
                         last().config.seed.value_or(0) == proposal.graph.seed.value_or(0);
    const double walked_us = static_cast<double>(options_.queries * proposal.walks.size()) * MeanLatency();
    return (at_hand ? whole * kShareOfChoosing : whole) + walked_us / 1e6;
  }

  /// Whether builds like it are within the limits, as far as that can be known before.
  bool MayBeBuilt(const HnswConfig& graph) const {
    const TrialMetrics& metrics = trials_.front()->metrics;
    const double degrees = static_cast<double>(vector::BuildOptionsOf(graph, 1).degree) -
                           static_cast<double>(vector::BuildOptionsOf(trials_.front()->config, 1).degree);
    const double bytes = static_cast<double>(metrics.memory_bytes) +
                         degrees * static_cast<double>(metrics.vectors * sizeof(uint32_t));
    const double secs = metrics.build_time_secs * Effort(graph) / Effort(trials_.front()->config);
    return (!options_.limits.max_memory_bytes ||
            bytes <= static_cast<double>(*options_.limits.max_memory_bytes)) &&
           (!options_.limits.max_build_secs || !(secs > *options_.limits.max_build_secs));
  }

 private:
  const KnownGraph* Find(const HnswConfig& graph) const {
    const auto found = std::ranges::find_if(
        graphs_, [&](const KnownGraph& known) { return BuildSameGraph(known.graph, graph); });
    return found == graphs_.end() ? nullptr : &*found;
  }

  SampledGraph SampleOf(const HnswConfig& graph) const {
    const auto sampled = std::ranges::find_if(
        options_.graphs, [&](const SampledGraph& one) { return BuildSameGraph(one.graph, graph); });
    return {.graph = graph, .sample = sampled == options_.graphs.end() ? std::nullopt : sampled->sample};
  }

  static double Effort(const HnswConfig& graph) { return kFixedEffort + graph.ef_construction; }

  double WholeCpuSecs(const HnswConfig& graph) const {
    double secs = 0;
    double effort = 0;
    for (const KnownGraph& known : graphs_) {
      const Trial& trial = *known.trials.front();
      const double whole = trial.build ? trial.build->cpu_secs : trial.metrics.build_time_secs;
      if (!(whole > 0)) continue;
      secs += whole;
      effort += Effort(known.graph);
    }
    return effort > 0 ? secs / effort * Effort(graph) : kUnknownCpuSecs;
  }

  double MeanLatency() const {
    double sum = 0;
    for (const Trial* trial : trials_)
      if (trial->metrics.search_latency_p50_us > 0) sum += trial->metrics.search_latency_p50_us;
    return trials_.empty() ? 0 : sum / static_cast<double>(trials_.size());
  }

  /// What counts as nothing is a recall twice as far from 1 as the wanted one, and the slowest walk of the
  /// graph that was measured first.
  void FindFront() {
    worst_ = {.recall = std::max(0.0, 1 - 2 * (1 - options_.limits.min_recall)), .latency_us = 0};
    if (!(worst_.recall < 1)) worst_.recall = 0.99;
    if (!graphs_.empty())
      for (const Trial* trial : graphs_.front().trials)
        worst_.latency_us = std::max(worst_.latency_us, PointOf(*trial).latency_us);
    if (options_.limits.max_p95_us) worst_.latency_us = *options_.limits.max_p95_us;
    TuningLimits limits = options_.limits;
    limits.min_recall = 0;
    std::vector<const Trial*> within;
    std::vector<WalkPoint> points;
    for (const Trial* trial : trials_) {
      if (!IsEligible(*trial, limits)) continue;
      within.push_back(trial);
      points.push_back(PointOf(*trial));
    }
    for (const size_t i : ParetoFront(points)) {
      front_trials_.push_back(within[i]);
      front_.push_back(points[i]);
    }
  }

  /// The code that most of the front goes by.
  void FindCode() {
    std::map<ann::Code, size_t> counts;
    for (const Trial* trial : front_trials_) ++counts[CodeOf(*trial)];
    const auto most = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
    if (most != counts.end()) code_ = most->first;
  }

  void FitAll() {
    std::vector<LatencySample> latencies;
    for (const KnownGraph& known : graphs_) {
      std::vector<WalkSample> walks;
      for (const Trial* trial : known.trials) {
        const double distances = trial->metrics.distances_mean.value_or(kNotMeasured);
        if (CodeOf(*trial) != code_) continue;
        latencies.push_back({.distances = distances, .latency_us = trial->metrics.search_latency_p50_us});
        walks.push_back({.ef_search = static_cast<double>(trial->config.ef_search),
                         .recall = trial->metrics.recall_at_k,
                         .distances = distances});
      }
      const auto draws = static_cast<double>(std::max<size_t>(options_.queries, 1) * options_.k);
      if (const auto fit = FitGraph(walks, draws)) fitted_.push_back({SampleOf(known.graph), *fit});
    }
    latency_ = FitLatency(latencies);
  }

  const ModelOptions& options_;
  std::vector<const Trial*> trials_;
  std::vector<KnownGraph> graphs_;  ///< In the order of their first trial.
  std::vector<const Trial*> front_trials_;
  std::vector<WalkPoint> front_;
  WalkPoint worst_;
  ann::Code code_ = ann::Code::kInt8;
  std::vector<FittedGraph> fitted_;
  std::optional<LatencyFit> latency_;
};

class ModelStrategy final : public Strategy {
 public:
  explicit ModelStrategy(ModelOptions options) : options_(std::move(options)) {}

  std::optional<BuildProposal> Next(std::span<const Trial> journal) const override {
    const Knowledge known(journal, options_);
    if (!known.Has(options_.champion)) return BuildProposal{options_.champion, WalkGrid(options_.k)};
    std::vector<SampledGraph> left = options_.graphs;
    std::erase_if(
        left, [&](const SampledGraph& one) { return known.Has(one.graph) || !known.MayBeBuilt(one.graph); });
    if (left.empty()) return std::nullopt;
    const std::vector<vector::WalkSettings> walks = known.WalksToMeasure();
    // Without a fit (no graph at all is searched, or all widths find the same) the order decides.
    if (known.fitted().empty() || !known.latency()) return BuildProposal{left.front().graph, walks};
    const GraphSurrogate surrogate(known.fitted());
    std::optional<BuildProposal> best;
    double best_rate = 0;
    for (const SampledGraph& one : left) {
      BuildProposal proposal = {one.graph, walks};
      const double gain = ExpectedGain(known, surrogate.Of(one));
      const double rate = gain / known.CpuSecsOf(proposal);
      if (gain < kWorthBuilding || !(rate > best_rate)) continue;
      best_rate = rate;
      best = std::move(proposal);
    }
    return best;
  }

 private:
  /// Of hypervolume, over what the graph may turn out to be.
  double ExpectedGain(const Knowledge& known, const ExpectedGraph& expected) const {
    const double before = Hypervolume(known.front(), known.worst());
    double gain = 0;
    for (const Node& recall : kNodes)
      for (const Node& distances : kNodes) {
        GraphFit fit = expected.fit;
        fit.recall_offset += recall.deviations * expected.recall_sd;
        fit.distances_offset += distances.deviations * expected.distances_sd;
        std::vector<WalkPoint> points = known.front();
        for (const vector::WalkSettings& walk : WalkGrid(options_.k)) {
          if (walk.rerank != 0) break;  // One of each width is enough.
          const auto width = static_cast<double>(walk.ef_search);
          points.push_back(
              {.recall = fit.RecallAt(width), .latency_us = known.latency()->At(fit.DistancesAt(width))});
        }
        gain += recall.weight * distances.weight * (Hypervolume(points, known.worst()) - before);
      }
    return gain;
  }

  const ModelOptions options_;
};

}  // namespace

std::vector<HnswConfig> GraphLattice(const HnswConfig& champion) {
  constexpr std::array<uint32_t, 5> kEfs = {20, 40, 80, 160, 320};
  constexpr std::array<uint32_t, 6> kDegrees = {16, 24, 32, 48, 64, 96};
  constexpr std::array<double, 3> kAlphas = {1, 1.1, 1.2};
  std::vector<HnswConfig> graphs;
  for (const uint32_t ef : kEfs)
    for (const uint32_t degree : kDegrees)
      for (const double alpha : kAlphas)
        graphs.push_back({.ef_construction = ef, .seed = champion.seed, .degree = degree, .alpha = alpha});
  return graphs;
}

std::unique_ptr<Strategy> MakeModelStrategy(ModelOptions options) {
  return std::make_unique<ModelStrategy>(std::move(options));
}

}  // namespace lake::tuning
