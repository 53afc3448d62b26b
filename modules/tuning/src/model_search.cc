#include "model_search.h"

#include <algorithm>
#include <memory>
#include <ranges>
#include <span>
#include <utility>

#include "graph_samples.h"
#include "model_strategy.h"
#include "promotion_rule.h"
#include "walk_grid.h"

namespace lake::tuning {
namespace {

using vector::HnswConfig;

/// Wider walks of the kind find no more.
constexpr double kFoundAll = 0.9998;
/// After so many walks of a kind, one after another, that others beat, wider ones are not measured.
constexpr size_t kBeatenInARow = 2;

/// Which kinds of walks (of one code and rerank) are worth measuring further.
class KindsInPlay {
 public:
  void Add(const vector::WalkSettings& walk, const WalkPoint& point) {
    if (!kind_ || !SameButWidth(*kind_, walk)) {
      kind_ = walk;
      beaten_ = 0;
      found_all_ = false;
    }
    points_.push_back(point);
    const std::vector<size_t> front = ParetoFront(points_);
    beaten_ = std::ranges::find(front, points_.size() - 1) == front.end() ? beaten_ + 1 : 0;
    found_all_ = found_all_ || point.recall >= kFoundAll;
  }
  bool Wants(const vector::WalkSettings& walk) const {
    return !kind_ || !SameButWidth(*kind_, walk) || (!found_all_ && beaten_ < kBeatenInARow);
  }

 private:
  std::optional<vector::WalkSettings> kind_;
  size_t beaten_ = 0;
  bool found_all_ = false;
  std::vector<WalkPoint> points_;
};

HnswConfig ConfigOf(HnswConfig graph, const vector::WalkSettings& walk) {
  graph.ef_search = static_cast<uint32_t>(walk.ef_search);
  graph.rerank = walk.rerank == 0 ? std::nullopt : std::optional(static_cast<uint32_t>(walk.rerank));
  graph.code = walk.code;
  return graph;
}

/// Those that were tried, the newest few and the champion's.
std::vector<HnswConfig> GraphsOf(std::span<const Trial> journal, const HnswConfig& champion) {
  constexpr size_t kMost = 8;
  std::vector<HnswConfig> graphs = {champion};
  for (const Trial& trial : std::views::reverse(journal)) {
    if (graphs.size() == kMost) break;
    if (std::ranges::none_of(graphs,
                             [&](const HnswConfig& graph) { return BuildSameGraph(graph, trial.config); }))
      graphs.push_back(trial.config);
  }
  return graphs;
}

/// What its build took when it was tried: the champion was built whole then, and may be chosen from another
/// graph's candidates now, which is told as longer than a build is.
void CopyBuild(const Trial& trial, MadeGraph* graph) {
  graph->build_secs = trial.metrics.build_time_secs;
  if (trial.build) graph->statistics = *trial.build;
}

/// The figures of the validate half as an evaluation of it.
Evaluation EvaluationOf(const QueryFigures& figures, const AskedQueries& queries) {
  Evaluation evaluation = {.latencies_us = figures.latencies_us, .hits = figures.hits};
  std::ranges::sort(evaluation.latencies_us);
  evaluation.recall = RecallOf(figures.hits, queries.truths);
  evaluation.interval = ann::WilsonInterval(evaluation.recall, queries.count());
  evaluation.distances_mean = kNotMeasured;
  evaluation.hops_mean = kNotMeasured;
  return evaluation;
}

Judged JudgedOf(const Trial& trial, const QueryFigures& figures, const AskedQueries& queries) {
  return {.config = {.trial_id = trial.id,
                     .config = trial.config,
                     .recall_at_k = trial.metrics.recall_at_k,
                     .search_latency_p50_us = trial.metrics.search_latency_p50_us,
                     .memory_bytes = trial.metrics.memory_bytes,
                     .build_time_secs = trial.metrics.build_time_secs},
          .shares = SharesFound(figures.hits, queries),
          .latencies_us = figures.latencies_us};
}

}  // namespace

ModelSearch::ModelSearch(SearchedVectors subject, ModelSearchOptions options)
    : subject_(std::move(subject)),
      options_(std::move(options)),
      cpu_started_(options_.cpu_clock()),
      workshop_(subject_.material) {}

bool ModelSearch::IsSpent(size_t trials) const {
  return trials >= options_.max_trials ||
         (options_.max_cpu_secs && options_.cpu_clock() - cpu_started_ >= *options_.max_cpu_secs);
}

Result<std::vector<Trial>> ModelSearch::Explore(std::vector<Trial> journal, const Keep& keep,
                                                const Progress& progress, const CancelToken& cancel) {
  ModelOptions model = {.champion = options_.champion,
                        .limits = options_.limits,
                        .graphs = {},
                        .k = subject_.k,
                        .queries = subject_.tune.count()};
  const double wanted_recall = (1 + options_.limits.min_recall) / 2;
  size_t trials = 0;
  while (!IsSpent(trials)) {
    std::optional<BuildProposal> proposal = MakeModelStrategy(model)->Next(journal);
    if (!proposal && model.graphs.empty()) {  // The champion is known.
      LAKE_ASSIGN_OR_RETURN(model.graphs, SampleGraphs(subject_.material, GraphLattice(options_.champion),
                                                       {.queries = subject_.tune.matrix(),
                                                        .k = subject_.k,
                                                        .wanted_recall = wanted_recall,
                                                        .seed = options_.seed,
                                                        .always = GraphsOf(journal, options_.champion)},
                                                       cancel));
      continue;
    }
    if (!proposal) break;
    LAKE_ASSIGN_OR_RETURN(const MadeGraph made, workshop_.Make(proposal->graph, cancel));
    LAKE_ASSIGN_OR_RETURN(const std::vector<MeasuredWalk> walks, Walk(made, *proposal, cancel));
    std::vector<WalkPoint> points;
    for (const MeasuredWalk& walk : walks)
      points.push_back({walk.evaluation.recall, Percentile(walk.evaluation.latencies_us, 0.5)});
    std::vector<size_t> kept = WorthKeeping(points, options_.limits.min_recall);
    for (size_t i = 0; i < walks.size(); ++i)
      if (walks[i].config == options_.champion && std::ranges::find(kept, i) == kept.end()) kept.push_back(i);
    for (const size_t i : kept) {
      if (trials >= options_.max_trials) break;
      LAKE_ASSIGN_OR_RETURN(Trial trial, keep(walks[i]));
      journal.push_back(std::move(trial));
      progress(++trials);
    }
  }
  return journal;
}

Result<std::vector<MeasuredWalk>> ModelSearch::Walk(const MadeGraph& made, const BuildProposal& proposal,
                                                    const CancelToken& cancel) {
  std::vector<vector::WalkSettings> walks = proposal.walks;
  const vector::WalkSettings own = vector::WalkOf(options_.champion);
  // First: with whatever else is spent it is needed.
  if (BuildSameGraph(proposal.graph, options_.champion) && std::ranges::find(walks, own) == walks.end())
    walks.insert(walks.begin(), own);
  LAKE_RETURN_IF_ERROR(WarmUp(made.index, subject_.tune, {.k = subject_.k, .ef_search = 100}, cancel));
  std::vector<MeasuredWalk> measured;
  KindsInPlay kinds;
  const uint64_t build = builds_++;
  for (const vector::WalkSettings& walk : walks) {
    if (!kinds.Wants(walk)) continue;
    const HnswConfig config = ConfigOf(proposal.graph, walk);
    LAKE_ASSIGN_OR_RETURN(Evaluation evaluation, EvaluateWarm(made.index, subject_.tune,
                                                              SearchOptionsOf(config, subject_.k), cancel));
    kinds.Add(walk, {evaluation.recall, Percentile(evaluation.latencies_us, 0.5)});
    const bool is_champion = walk == own && BuildSameGraph(config, options_.champion);
    measured.push_back({.config = is_champion ? options_.champion : config,
                        .evaluation = std::move(evaluation),
                        .half = EvalHalf::kTune,
                        .graph = made,
                        .build = build});
  }
  return measured;
}

Result<std::optional<Judgement>> ModelSearch::Judge(std::vector<Trial> known, const Keep& keep,
                                                    const CancelToken& cancel) {
  std::erase_if(known, [&](const Trial& trial) {
    return trial.config != options_.champion &&
           std::ranges::find(options_.barred, trial.config) != options_.barred.end();
  });
  const auto champion = std::ranges::find(known, options_.champion, &Trial::config);
  const std::optional<size_t> chosen = ChooseCandidate(
      known,
      champion == known.end() ? std::nullopt : std::optional(static_cast<size_t>(champion - known.begin())),
      options_.limits, options_.seed);
  if (!chosen || known[*chosen].config == options_.champion) return std::optional<Judgement>();
  const HnswConfig& config = known[*chosen].config;
  LAKE_ASSIGN_OR_RETURN(MadeGraph ours, workshop_.Make(config, cancel));
  LAKE_ASSIGN_OR_RETURN(MadeGraph theirs, workshop_.Make(options_.champion, cancel));
  CopyBuild(known[*chosen], &ours);
  if (champion != known.end()) CopyBuild(*champion, &theirs);
  LAKE_ASSIGN_OR_RETURN(const SideBySide figures,
                        MeasureSideBySide({ours.index, SearchOptionsOf(config, subject_.k)},
                                          {theirs.index, SearchOptionsOf(options_.champion, subject_.k)},
                                          subject_.validate, cancel));
  LAKE_ASSIGN_OR_RETURN(Trial candidate, keep({.config = config,
                                               .evaluation = EvaluationOf(figures.one, subject_.validate),
                                               .half = EvalHalf::kValidate,
                                               .graph = ours,
                                               .build = builds_++}));
  LAKE_ASSIGN_OR_RETURN(const Trial beside,
                        keep({.config = options_.champion,
                              .evaluation = EvaluationOf(figures.other, subject_.validate),
                              .half = EvalHalf::kValidate,
                              .graph = theirs,
                              .build = builds_++}));
  Decision decision =
      Decide(JudgedOf(candidate, figures.one, subject_.validate),
             JudgedOf(beside, figures.other, subject_.validate), options_.limits, options_.seed);
  return std::optional(Judgement{.decision = std::move(decision), .candidate = std::move(candidate)});
}

}  // namespace lake::tuning
