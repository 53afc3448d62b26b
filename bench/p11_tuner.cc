// P11: what strategies of tuning reach for the same CPU time, builds included, one thread: the model,
// ε-greedy (as the tuning agent proposes) and a grid (the default one, then nine widths of five builds). Each
// configuration that a strategy puts on record is judged by queries that no strategy saw, in the same way for
// all; the clock stands still meanwhile. `hypervolume` is that of recall and p50 in the box from (0.9, the
// default graph walked by 200) to (1, 0), when the time is spent; `hypervolume_mean` its mean over the time;
// `cpu_s_to_peer` the time after which the model is where ε-greedy ends. A line for each of ten seeds (of
// graphs and draws), then ratios with 95 % intervals over seeds (bootstrap of the paired ratios' median);
// plot_tuner.py draws it.
// Sets A and B, 100,000 x 768 and 60 CPU seconds, or as many as --rows says and the time that goes with them;
// a quick run has three seeds of 6,000 rows.
//
// `wrong_promotion`: set B; four graphs, each walked by twenty widths. 50 sets of 20 queries choose the
// quickest walk that finds all of theirs; how many of these the bound of 1,000 other queries refuses for a
// target of 0.99, and of the worst of them what it really finds of 10,000 fresh queries (2,000 in a quick
// run).
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

#include "benchmarks.h"
#include "bootstrap.h"
#include "graph_workshop.h"
#include "lake/ann_testing/sample_vectors.h"
#include "lake/common/json_io.h"
#include "side_by_side.h"
#include "tuning_race.h"

namespace lake::bench {
namespace {

using tuning::AskedQueries;
using tuning::TuningStrategy;
using vector::HnswConfig;

constexpr size_t kNeighbours = 10;
constexpr size_t kDimensions = 768;
constexpr size_t kHalf = 500;
constexpr double kBudgetCpuSecs = 60;
constexpr size_t kFullRows = 100'000;
constexpr size_t kQuickRows = 6000;
constexpr std::array kStrategies = {TuningStrategy::kModel, TuningStrategy::kEpsilonGreedy,
                                    TuningStrategy::kGrid};

size_t RowsOf(const RunOptions& options) {
  if (options.rows != demo_data::kFullScale.total_rows) return static_cast<size_t>(options.rows);
  return options.effort == Effort::kQuick ? kQuickRows : kFullRows;
}

/// A set with the truth about `counts` queries each, one group after the other.
class TunedSet {
 public:
  static Result<TunedSet> Make(ann::SampleKind kind, size_t rows, const std::vector<size_t>& counts) {
    TunedSet set;
    set.sample_ = ann::MakeSampleVectors({.kind = kind,
                                          .rows = rows,
                                          .queries = std::accumulate(counts.begin(), counts.end(), size_t{0}),
                                          .dimensions = kDimensions});
    set.ids_.resize(rows);
    std::iota(set.ids_.begin(), set.ids_.end(), uint64_t{0});
    LAKE_ASSIGN_OR_RETURN(const ann::Index index,
                          ann::Index::Build(set.sample_.rows(), set.ids_, {.threads = 2}, {}));
    LAKE_ASSIGN_OR_RETURN(const std::vector<ann::Answer> truth,
                          index.SearchBatch(set.sample_.queries(),
                                            {.k = kNeighbours, .precision = ann::Precision::kExact}, 2, {}));
    size_t query = 0;
    for (const size_t count : counts) {
      AskedQueries& group = set.groups_.emplace_back();
      group.dimensions = kDimensions;
      for (size_t i = 0; i < count; ++i, ++query) {
        const std::span<const float> vector = set.sample_.queries().row_span(query);
        group.vectors.insert(group.vectors.end(), vector.begin(), vector.end());
        group.truths.push_back(ann::GroundTruthOf(truth[query].hits));
      }
    }
    return set;
  }

  ann::Matrix rows() const { return sample_.rows(); }
  std::span<const uint64_t> ids() const { return ids_; }
  const AskedQueries& group(size_t i) const { return groups_[i]; }

 private:
  ann::SampleVectors sample_;
  std::vector<uint64_t> ids_;
  std::vector<AskedQueries> groups_;
};

Result<tuning::MadeGraph> BuildOf(const TunedSet& set, const HnswConfig& config, size_t threads) {
  tuning::GraphWorkshop workshop({.vectors = set.rows(), .ids = set.ids(), .threads = threads});
  return workshop.Make(config, {});
}

Result<tuning::Evaluation> Walk(const tuning::MadeGraph& graph, const HnswConfig& config,
                                const AskedQueries& queries) {
  return tuning::Evaluate(graph.index, queries, tuning::SearchOptionsOf(config, kNeighbours), {});
}

/// What is no better than this is nothing: a recall of 0.9, or the latency of the default graph's widest
/// walk.
Result<tuning::WalkPoint> WorstOf(const TunedSet& set, const AskedQueries& held_out) {
  const HnswConfig widest = {.ef_search = 200};
  LAKE_ASSIGN_OR_RETURN(const tuning::MadeGraph graph, BuildOf(set, widest, 2));
  LAKE_ASSIGN_OR_RETURN(const tuning::Evaluation evaluation, Walk(graph, widest, held_out));
  return tuning::WalkPoint{.recall = 0.9, .latency_us = tuning::Percentile(evaluation.latencies_us, 0.5)};
}

/// Of one strategy, a figure for each seed.
struct Volumes {
  std::vector<double> volume;
  std::vector<double> mean_volume;
};

void ReportRatio(const std::string& name, const std::string& systems, const std::string& metric,
                 std::span<const double> ratios, Report& report) {
  const std::vector<double> ones(ratios.size(), 1);
  const tuning::Estimate estimate = tuning::MedianRatio(ratios, ones, 1);
  report.Add({name, systems, metric, estimate.value,
              JsonValue::MakeObject({{"low", estimate.low},
                                     {"high", estimate.high},
                                     {"seeds", static_cast<int64_t>(ratios.size())}})});
}

std::vector<double> Ratios(std::span<const double> of, std::span<const double> than) {
  std::vector<double> ratios;
  for (size_t i = 0; i < of.size(); ++i) ratios.push_back(of[i] / std::max(than[i], 1e-9));
  return ratios;
}

Status RaceOn(const std::string& name, ann::SampleKind kind, const RunOptions& options, Report& report) {
  const size_t rows = RowsOf(options);
  const size_t seeds = options.effort == Effort::kQuick ? 3 : 10;
  const double budget = std::max(3.0, kBudgetCpuSecs * static_cast<double>(rows) / kFullRows);
  LAKE_ASSIGN_OR_RETURN(const TunedSet set, TunedSet::Make(kind, rows, {kHalf, kHalf}));
  LAKE_ASSIGN_OR_RETURN(const tuning::WalkPoint worst, WorstOf(set, set.group(1)));
  const TunedVectors vectors = {
      .rows = set.rows(), .ids = set.ids(), .tune = set.group(0), .held_out = set.group(1), .worst = worst};
  std::array<Volumes, kStrategies.size()> outcomes;
  std::vector<double> speedups;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    std::array<std::vector<RacePoint>, kStrategies.size()> races;
    for (size_t s = 0; s < kStrategies.size(); ++s) {
      LAKE_ASSIGN_OR_RETURN(races[s], Race(kStrategies[s], vectors, budget, seed));
      const double volume = VolumeAt(races[s], worst, budget);
      const double mean = MeanVolume(races[s], worst, budget);
      outcomes[s].volume.push_back(volume);
      outcomes[s].mean_volume.push_back(mean);
      const JsonValue params = JsonValue::MakeObject({{"seed", static_cast<int64_t>(seed)},
                                                      {"rows", static_cast<int64_t>(rows)},
                                                      {"budget_cpu_s", budget},
                                                      {"worst_p50_us", worst.latency_us},
                                                      {"trials", static_cast<int64_t>(races[s].size())}});
      const std::string system(NameOf(kStrategies[s]));
      report.AddUntabled({name, system, "hypervolume", volume, params});
      report.AddUntabled({name, system, "hypervolume_mean", mean, params});
      for (const RacePoint& point : races[s])
        report.AddUntabled({name, system, "judged_p50_us", point.judged.latency_us,
                            JsonValue::MakeObject({{"seed", static_cast<int64_t>(seed)},
                                                   {"cpu_s", point.cpu_secs},
                                                   {"recall", point.judged.recall}})});
    }
    const double reached = SecsToReach(races[0], worst, outcomes[1].volume.back());
    speedups.push_back(budget / reached);  // 0 when it never was.
    report.AddUntabled({name, "model", "cpu_s_to_peer", std::isfinite(reached) ? reached : -1,
                        JsonValue::MakeObject({{"seed", static_cast<int64_t>(seed)}})});
  }
  for (size_t s = 0; s < kStrategies.size(); ++s) {
    const std::string system(NameOf(kStrategies[s]));
    report.Add({name, system, "hypervolume", Percentile(outcomes[s].volume, 0.5),
                JsonValue::MakeObject({{"seeds", static_cast<int64_t>(seeds)}}), Spread(outcomes[s].volume)});
    report.Add({name, system, "hypervolume_mean", Percentile(outcomes[s].mean_volume, 0.5),
                JsonValue::MakeObject({{"seeds", static_cast<int64_t>(seeds)}}),
                Spread(outcomes[s].mean_volume)});
  }
  for (size_t s = 1; s < kStrategies.size(); ++s) {
    const std::string systems = "model / " + std::string(NameOf(kStrategies[s]));
    ReportRatio(name, systems, "hypervolume_ratio", Ratios(outcomes[0].volume, outcomes[s].volume), report);
    ReportRatio(name, systems, "hypervolume_mean_ratio",
                Ratios(outcomes[0].mean_volume, outcomes[s].mean_volume), report);
  }
  ReportRatio(name, "epsilon_greedy / model", "cpu_s_ratio", speedups, report);
  return {};
}

/// A walk of a graph, and what each of a thousand queries found by it.
struct WalkedConfig {
  HnswConfig config;
  double p50_us = 0;
  std::vector<double> shares;
};

/// What a tuner with few queries would choose among: several graphs, each walked by every second width.
Result<std::vector<WalkedConfig>> WalkMany(const TunedSet& set, const AskedQueries& queries) {
  std::vector<WalkedConfig> walked;
  for (const uint32_t ef_construction : {20u, 80u}) {
    tuning::GraphWorkshop workshop({.vectors = set.rows(), .ids = set.ids(), .threads = 2});
    std::optional<tuning::MadeGraph> graph;
    for (const uint32_t degree : {16u, 32u})
      for (uint32_t ef_search = 10; ef_search <= 200; ef_search += 10) {
        const HnswConfig config = {
            .ef_construction = ef_construction, .ef_search = ef_search, .degree = degree};
        if (walked.empty() || !BuildSameGraph(walked.back().config, config)) {
          LAKE_ASSIGN_OR_RETURN(tuning::MadeGraph made, workshop.Make(config, {}));
          graph.emplace(std::move(made));
        }
        LAKE_ASSIGN_OR_RETURN(const tuning::Evaluation evaluation, Walk(*graph, config, queries));
        walked.push_back({.config = config,
                          .p50_us = tuning::Percentile(evaluation.latencies_us, 0.5),
                          .shares = SharesFound(evaluation.hits, queries)});
      }
  }
  return walked;
}

/// The quickest that finds all that queries `first` to `first` + kFew ask for; none when none does.
constexpr size_t kFew = 20;
const WalkedConfig* QuickestPerfect(const std::vector<WalkedConfig>& walked, size_t first) {
  const WalkedConfig* quickest = nullptr;
  for (const WalkedConfig& one : walked) {
    const std::span<const double> few = std::span(one.shares).subspan(first, kFew);
    const bool perfect = std::ranges::all_of(few, [](double share) { return share >= 1; });
    if (perfect && (quickest == nullptr || one.p50_us < quickest->p50_us)) quickest = &one;
  }
  return quickest;
}

Status ShowWrongPromotion(const RunOptions& options, Report& report) {
  constexpr double kTarget = 0.99;
  constexpr size_t kMany = 1000;
  const size_t fresh = options.effort == Effort::kQuick ? 2000 : 10'000;
  LAKE_ASSIGN_OR_RETURN(const TunedSet set,
                        TunedSet::Make(ann::SampleKind::kSubtopics, RowsOf(options), {kMany, kMany, fresh}));
  LAKE_ASSIGN_OR_RETURN(const std::vector<WalkedConfig> walked, WalkMany(set, set.group(0)));
  LAKE_ASSIGN_OR_RETURN(const std::vector<WalkedConfig> judged, WalkMany(set, set.group(1)));
  size_t perfect = 0;
  size_t refused = 0;
  const WalkedConfig* worst = nullptr;
  double worst_bound = 1;
  for (size_t first = 0; first + kFew <= kMany; first += kFew) {
    const WalkedConfig* chosen = QuickestPerfect(walked, first);
    if (chosen == nullptr) continue;
    ++perfect;
    const auto position = static_cast<size_t>(chosen - walked.data());
    const double bound = tuning::LowerBoundOfMean(judged[position].shares, 1);
    if (bound < kTarget) ++refused;
    if (worst != nullptr && bound >= worst_bound) continue;
    worst = &judged[position];
    worst_bound = bound;
  }
  if (worst == nullptr)
    return FailedPrecondition("no_perfect_walk", "no walk finds all that 20 queries want");
  LAKE_ASSIGN_OR_RETURN(const tuning::MadeGraph graph, BuildOf(set, worst->config, 2));
  LAKE_ASSIGN_OR_RETURN(const tuning::Evaluation all, Walk(graph, worst->config, set.group(2)));
  const JsonValue params = JsonValue::MakeObject({{"config", ToJson(worst->config)},
                                                  {"target", kTarget},
                                                  {"rows", static_cast<int64_t>(RowsOf(options))},
                                                  {"fresh_queries", static_cast<int64_t>(fresh)}});
  const std::string name = "B wrong_promotion";
  const auto mean = [](const std::vector<double>& shares) {
    return std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(shares.size());
  };
  report.Add({name, "model", "sets_of_20_with_a_perfect", static_cast<double>(perfect), params});
  report.Add({name, "model", "of_these_refused", static_cast<double>(refused), params});
  report.Add({name, "model", "recall_of_20", 1, params});
  report.Add(
      {name, "model", "bound_of_20", tuning::LowerBoundOfMean(std::vector<double>(kFew, 1), 1), params});
  report.Add({name, "model", "recall_of_1000", mean(worst->shares), params});
  report.Add({name, "model", "bound_of_1000", worst_bound, params});
  report.Add({name, "model", "recall_of_fresh", all.recall, params});
  return {};
}

}  // namespace

Status RunP11(const RunOptions& options, Report& report) {
  LAKE_RETURN_IF_ERROR(ShowWrongPromotion(options, report));
  LAKE_RETURN_IF_ERROR(RaceOn("A", ann::SampleKind::kTopics, options, report));
  return RaceOn("B", ann::SampleKind::kSubtopics, options, report);
}

}  // namespace lake::bench
