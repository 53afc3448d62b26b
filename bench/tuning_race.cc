#include "tuning_race.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "autotune_choice.h"
#include "benchmarks.h"
#include "graph_workshop.h"
#include "lake/tuning/epsilon_greedy.h"
#include "model_search.h"

namespace lake::bench {
namespace {

using tuning::MadeGraph;
using tuning::Trial;
using vector::HnswConfig;

constexpr tuning::TuningLimits kLimits = {.min_recall = 0.95};

/// The rounds of one strategy: a clock that stands still while it is judged, and what was judged.
class Track {
 public:
  explicit Track(const TunedVectors& vectors) : vectors_(vectors) {}

  double cpu_secs() const { return tuning::ProcessCpuSecs() - started_ - judging_; }

  /// Puts what was measured on record.
  Result<Trial> Keep(const HnswConfig& config, const tuning::Evaluation& tune, const MadeGraph& graph) {
    const double now = cpu_secs();
    const double judging_from = tuning::ProcessCpuSecs();
    Trial trial;
    trial.config = config;
    trial.k = kNeighbours;
    trial.metrics.build_time_secs = graph.build_secs;
    trial.metrics.search_latency_p50_us = tuning::Percentile(tune.latencies_us, 0.5);
    trial.metrics.search_latency_p95_us = tuning::Percentile(tune.latencies_us, 0.95);
    trial.metrics.recall_at_k = tune.recall;
    trial.metrics.memory_bytes = graph.index.memory_bytes();
    trial.metrics.vectors = graph.index.rows();
    trial.metrics.distances_mean = tune.distances_mean;
    trial.build = graph.statistics;
    trial.per_query_hits = tune.hits;
    LAKE_ASSIGN_OR_RETURN(
        const tuning::Evaluation judged,
        tuning::Evaluate(graph.index, vectors_.held_out, tuning::SearchOptionsOf(config, kNeighbours), {}));
    points_.push_back({now, {judged.recall, tuning::Percentile(judged.latencies_us, 0.5)}});
    judging_ += tuning::ProcessCpuSecs() - judging_from;
    return trial;
  }

  std::vector<RacePoint> Take() { return std::move(points_); }

  static constexpr size_t kNeighbours = 10;

 private:
  const TunedVectors& vectors_;
  const double started_ = tuning::ProcessCpuSecs();
  double judging_ = 0;
  std::vector<RacePoint> points_;
};

/// Trials of one walk each; one that is of the same graph as the one before shares its build.
class WalkByWalk {
 public:
  WalkByWalk(const TunedVectors& vectors, Track* track) : vectors_(vectors), track_(*track) {}

  Status Try(const HnswConfig& config) {
    if (!graph_ || !BuildSameGraph(built_, config)) {
      tuning::GraphWorkshop workshop({.vectors = vectors_.rows, .ids = vectors_.ids, .threads = 1});
      graph_.reset();
      LAKE_ASSIGN_OR_RETURN(MadeGraph made, workshop.Make(config, {}));
      graph_.emplace(std::move(made));
      built_ = config;
    }
    LAKE_ASSIGN_OR_RETURN(const tuning::Evaluation evaluation,
                          tuning::Evaluate(graph_->index, vectors_.tune,
                                           tuning::SearchOptionsOf(config, Track::kNeighbours), {}));
    LAKE_ASSIGN_OR_RETURN(Trial trial, track_.Keep(config, evaluation, *graph_));
    trials_.push_back(std::move(trial));
    return {};
  }
  const std::vector<Trial>& trials() const { return trials_; }

 private:
  const TunedVectors& vectors_;
  Track& track_;
  std::optional<MadeGraph> graph_;
  HnswConfig built_;
  std::vector<Trial> trials_;
};

/// The default grid, then a finer one with every width of each build.
Status RaceGrid(const TunedVectors& vectors, double budget_cpu_secs, uint64_t seed, Track* track) {
  std::vector<HnswConfig> configs = tuning::CheckBounds(tuning::DefaultGrid()).configs;
  for (const uint32_t ef_construction : {20u, 40u, 80u, 160u, 320u})
    for (const uint32_t ef_search : {10u, 20u, 30u, 40u, 60u, 80u, 120u, 160u, 200u})
      configs.push_back({.ef_construction = ef_construction, .ef_search = ef_search});
  WalkByWalk walks(vectors, track);
  for (HnswConfig& config : configs) config.seed = seed;
  for (const size_t i : tuning::OrderByBuild(configs)) {
    if (track->cpu_secs() >= budget_cpu_secs) break;
    LAKE_RETURN_IF_ERROR(walks.Try(configs[i]));
  }
  return {};
}

/// As the tuning agent proposes; the journal's length is its seed, so each seed begins with a longer one.
Status RaceEpsilonGreedy(const TunedVectors& vectors, double budget_cpu_secs, uint64_t seed, Track* track) {
  const HnswConfig usual = {.seed = seed};
  WalkByWalk walks(vectors, track);
  LAKE_RETURN_IF_ERROR(walks.Try(usual));
  while (track->cpu_secs() < budget_cpu_secs) {
    std::vector<HnswConfig> tried(1000 * seed, usual);
    for (const Trial& trial : walks.trials()) tried.push_back(trial.config);
    const std::optional<size_t> best = tuning::FindWinner(walks.trials(), kLimits);
    const auto proposal = tuning::ProposeEpsilonGreedy(tried, best ? walks.trials()[*best].config : usual,
                                                       tuning::EpsilonGreedyRule{});
    if (!proposal) break;
    LAKE_RETURN_IF_ERROR(walks.Try(proposal->config));
  }
  return {};
}

Status RaceModel(const TunedVectors& vectors, double budget_cpu_secs, uint64_t seed, Track* track) {
  constexpr size_t kAsManyAsItLikes = 10'000;
  tuning::ModelSearch search({.material = {.vectors = vectors.rows, .ids = vectors.ids, .threads = 1},
                              .tune = vectors.tune,
                              .validate = vectors.tune,
                              .k = Track::kNeighbours},
                             {.champion = {.seed = seed},
                              .limits = kLimits,
                              .seed = seed,
                              .max_trials = kAsManyAsItLikes,
                              .max_cpu_secs = budget_cpu_secs,
                              .cpu_clock = [track] { return track->cpu_secs(); }});
  LAKE_RETURN_IF_ERROR(search.Explore(
      {},
      [track](const tuning::MeasuredWalk& walk) {
        return track->Keep(walk.config, walk.evaluation, walk.graph);
      },
      [](uint64_t) {}, {}));
  return {};
}

std::vector<tuning::WalkPoint> JudgedBy(std::span<const RacePoint> points, double cpu_secs) {
  std::vector<tuning::WalkPoint> judged;
  for (const RacePoint& point : points)
    if (point.cpu_secs <= cpu_secs) judged.push_back(point.judged);
  return judged;
}

}  // namespace

Result<std::vector<RacePoint>> Race(tuning::TuningStrategy strategy, const TunedVectors& vectors,
                                    double budget_cpu_secs, uint64_t seed) {
  Track track(vectors);
  switch (strategy) {
    case tuning::TuningStrategy::kGrid:
      LAKE_RETURN_IF_ERROR(RaceGrid(vectors, budget_cpu_secs, seed, &track));
      break;
    case tuning::TuningStrategy::kEpsilonGreedy:
      LAKE_RETURN_IF_ERROR(RaceEpsilonGreedy(vectors, budget_cpu_secs, seed, &track));
      break;
    case tuning::TuningStrategy::kModel:
      LAKE_RETURN_IF_ERROR(RaceModel(vectors, budget_cpu_secs, seed, &track));
      break;
  }
  return track.Take();
}

double VolumeAt(std::span<const RacePoint> points, const tuning::WalkPoint& worst, double cpu_secs) {
  return tuning::Hypervolume(JudgedBy(points, cpu_secs), worst);
}

double MeanVolume(std::span<const RacePoint> points, const tuning::WalkPoint& worst, double budget_cpu_secs) {
  double area = 0;
  double since = 0;
  double volume = 0;
  for (const RacePoint& point : points) {
    const double now = std::min(point.cpu_secs, budget_cpu_secs);
    area += volume * (now - since);
    since = now;
    volume = VolumeAt(points, worst, now);
  }
  return (area + volume * (budget_cpu_secs - since)) / budget_cpu_secs;
}

double SecsToReach(std::span<const RacePoint> points, const tuning::WalkPoint& worst, double volume) {
  for (const RacePoint& point : points)
    if (VolumeAt(points, worst, point.cpu_secs) >= volume) return point.cpu_secs;
  return std::numeric_limits<double>::infinity();
}

}  // namespace lake::bench
