// P1: CPU time to build an index over 100,000 x 768 unit vectors with which a recall of 0.99 can be reached,
// each system on one thread: the median of several builds, the systems in turns. P2: the latency of one
// search for the 10 nearest, on one thread, at the smallest ef whose recall on half of the queries is 0.99;
// latency and recall are those of the other half, the best of several rounds of each query, the systems in
// turns. Sets A and B: see sample_vectors.h. Peers: hnswlib 0.8, M 16, ef_construction 100, in this process;
// faiss and usearch, M 16, each in a process of its own (vector_peers.py says what is measured there), when
// they are installed. Ratios are to the best peer. Sets of one's own (--base) are measured with the settings
// of B; where a system does not reach the recall there, at its largest ef, and its recall says so.
// `curve_p50_us` (JSON alone) is what the search for that ef met; plot_recall.py draws it.
#include <algorithm>

#include "benchmarks.h"
#include "python_peers.h"
#include "vector_sets.h"

namespace lake::bench {
namespace {

constexpr double kWantedRecall = 0.99;
constexpr size_t kIndexQueries = 2000;

struct Contestant {
  std::unique_ptr<VectorSystem> system;
  std::vector<double> build_cpu_s;  ///< Of each build.
  size_t ef = 0;
  std::vector<double> latency_us;  ///< Of each query of the second half, the best round.
  std::vector<double> recall;
};

/// What graphs are built for: the least effort that still reaches the recall, or quick searches.
enum class BuildFor { kBuilding, kSearching };

/// By trial on these sets: with less, the recall is not reached at any ef, or searches are slower.
FaissOptions FaissOptionsFor(const VectorSet& set, BuildFor purpose) {
  const size_t least = set.name() == "A" ? 40 : 64;
  return {.ef_construction = purpose == BuildFor::kSearching ? size_t{100} : least, .metric = set.metric()};
}
UsearchOptions UsearchOptionsFor(const VectorSet& set, BuildFor purpose) {
  const size_t least = set.name() == "A" ? 64 : 80;
  return {.ef_construction = purpose == BuildFor::kSearching ? size_t{128} : least, .metric = set.metric()};
}

LakeIndexOptions LakeOptionsFor(const VectorSet& set, BuildFor purpose) {
  const bool hard = set.name() != "A";
  const size_t most = hard ? 100 : 80;
  const size_t least = hard ? 24 : 12;
  return {.ef_construction = purpose == BuildFor::kSearching ? most : least, .metric = set.metric()};
}

/// Ours first.
Result<std::vector<Contestant>> Gather(const VectorSet& set, BuildFor purpose) {
  std::vector<Contestant> contestants(2);
  contestants[0].system = MakeLakeIndex(LakeOptionsFor(set, purpose));
  contestants[1].system = MakeHnswlib({.m = 16, .ef_construction = 100, .metric = set.metric()});
  LAKE_ASSIGN_OR_RETURN(auto peers,
                        MakePythonPeers(FaissOptionsFor(set, purpose), UsearchOptionsFor(set, purpose)));
  for (auto& peer : peers) contestants.push_back({.system = std::move(peer)});
  return contestants;
}

/// The smallest ef that reaches the recall on the first half of the queries; what was tried on the way, and a
/// little beyond, makes the curve of recall against latency. Errors: failed_precondition/recall_not_reached,
/// on sets A and B.
Result<size_t> ChooseEf(const VectorSet& set, VectorSystem& system, const RunOptions& options,
                        Report& report) {
  constexpr size_t kBeyond = 3;
  size_t chosen = 0;
  size_t beyond = 0;
  for (const size_t ef : system.efforts()) {
    LAKE_ASSIGN_OR_RETURN(const Searched searched, system.Search(set.first_half(), kNeighboursAsked, ef));
    double sum = 0;
    for (size_t q = 0; q < set.half(); ++q) sum += set.Recall(q, searched.found[q]);
    const double recall = sum / static_cast<double>(set.half());
    report.AddUntabled({set.name(), system.name(), "curve_p50_us", Percentile(searched.latency_us, 0.5),
                        JsonValue::MakeObject({{"ef", ef}, {"recall", recall}})});
    if (chosen == 0 && recall >= kWantedRecall) chosen = ef;
    if (chosen != 0 && beyond++ == kBeyond) return chosen;
  }
  if (chosen != 0) return chosen;
  if (options.given) {
    fmt::print(stderr, "lake bench: {} does not reach a recall of {} on {}: measured at its largest ef\n",
               system.name(), kWantedRecall, set.name());
    return system.efforts().back();
  }
  return FailedPrecondition("recall_not_reached", "{} does not reach a recall of {} on set {}", system.name(),
                            kWantedRecall, set.name());
}

/// The smallest of `figure` among the peers, with the names of all that ran.
struct BestPeer {
  std::string name;
  double figure = 0;
  JsonValue params;
};
template <class Figure>
BestPeer FindBestPeer(const VectorSet& set, const std::vector<Contestant>& contestants, Figure figure) {
  const auto best = std::ranges::min_element(contestants.begin() + 1, contestants.end(), {}, figure);
  JsonValue params = set.Statistics();
  JsonValue& names = params.Set("peers", JsonValue::MakeArray());
  for (auto peer = contestants.begin() + 1; peer != contestants.end(); ++peer)
    names.Append(peer->system->name());
  return {.name = best->system->name(), .figure = figure(*best), .params = std::move(params)};
}

double BuildCpuSeconds(const Contestant& contestant) { return Percentile(contestant.build_cpu_s, 0.5); }

/// In turns: how fast a shared machine is changes within minutes.
Status BuildInTurns(const VectorSet& set, int times, std::vector<Contestant>* contestants) {
  for (int i = 0; i < times; ++i) {
    for (Contestant& contestant : *contestants) {
      LAKE_ASSIGN_OR_RETURN(const double cpu_s, contestant.system->Build(set.rows()));
      contestant.build_cpu_s.push_back(cpu_s);
    }
  }
  return {};
}

Result<std::vector<Contestant>> BuildAll(const VectorSet& set, BuildFor purpose, const RunOptions& options,
                                         Report& report) {
  const bool measured = purpose == BuildFor::kBuilding && options.effort != Effort::kQuick;
  LAKE_ASSIGN_OR_RETURN(std::vector<Contestant> contestants, Gather(set, purpose));
  LAKE_RETURN_IF_ERROR(BuildInTurns(set, measured ? 3 : 1, &contestants));
  for (Contestant& contestant : contestants) {
    LAKE_ASSIGN_OR_RETURN(contestant.ef, ChooseEf(set, *contestant.system, options, report));
    JsonValue params = contestant.system->params();
    params.Set("ef", contestant.ef);
    params.Set("least", *std::ranges::min_element(contestant.build_cpu_s));
    params.Set("most", *std::ranges::max_element(contestant.build_cpu_s));
    report.Add({set.name(), contestant.system->name(), "build_cpu_s", BuildCpuSeconds(contestant),
                std::move(params)});
  }
  BestPeer best = FindBestPeer(set, contestants, BuildCpuSeconds);
  report.Add({set.name(), "lake / " + best.name, "build_cpu_ratio",
              BuildCpuSeconds(contestants[0]) / best.figure, std::move(best.params)});
  return contestants;
}

Status MeasureRound(const VectorSet& set, Contestant* contestant) {
  LAKE_ASSIGN_OR_RETURN(const Searched searched,
                        contestant->system->Search(set.second_half(), kNeighboursAsked, contestant->ef));
  contestant->latency_us.resize(set.half(), 1e12);
  contestant->recall.resize(set.half());
  for (size_t i = 0; i < set.half(); ++i) {
    contestant->latency_us[i] = std::min(contestant->latency_us[i], searched.latency_us[i]);
    contestant->recall[i] = set.Recall(set.half() + i, searched.found[i]);
  }
  return {};
}

Status Search(const VectorSet& set, std::vector<Contestant> contestants, const RunOptions& options,
              Report& report) {
  const int rounds = options.effort == Effort::kQuick ? 3 : 7;
  for (int round = 0; round < rounds; ++round)
    for (Contestant& contestant : contestants) LAKE_RETURN_IF_ERROR(MeasureRound(set, &contestant));
  const auto p50_us = [](const Contestant& contestant) { return Percentile(contestant.latency_us, 0.5); };
  for (const Contestant& contestant : contestants) {
    const std::string name = contestant.system->name();
    const RecallEstimate recall = EstimateRecall(contestant.recall);
    const JsonValue params = JsonValue::MakeObject({{"ef", contestant.ef},
                                                    {"recall", recall.mean},
                                                    {"recall_low", recall.low},
                                                    {"build", contestant.system->params()}});
    report.Add({set.name(), name, "recall", recall.mean, params});
    report.Add({set.name(), name, "p50_us", p50_us(contestant), params});
    report.Add({set.name(), name, "p99_us", Percentile(contestant.latency_us, 0.99), params});
  }
  BestPeer best = FindBestPeer(set, contestants, p50_us);
  report.Add({set.name(), best.name + " / lake", "p50_ratio", best.figure / p50_us(contestants[0]),
              std::move(best.params)});
  return {};
}

MadeSets Sets(const RunOptions& options) {
  return {.rows = UsualRows(options.effort), .queries = kIndexQueries};
}

}  // namespace

Status RunP1(const RunOptions& options, Report& report) {
  return ForEachVectorSet(options, Sets(options), [&](const VectorSet& set) -> Status {
    LAKE_ASSIGN_OR_RETURN(const std::vector<Contestant> built,
                          BuildAll(set, BuildFor::kBuilding, options, report));
    return {};
  });
}

Status RunP2(const RunOptions& options, Report& report) {
  return ForEachVectorSet(options, Sets(options), [&](const VectorSet& set) -> Status {
    LAKE_ASSIGN_OR_RETURN(std::vector<Contestant> built,
                          BuildAll(set, BuildFor::kSearching, options, report));
    return Search(set, std::move(built), options, report);
  });
}

}  // namespace lake::bench
