// P1: CPU time to build an index over 100,000 x 768 unit vectors, each system on one thread. P2: the latency
// of one search for the 10 nearest, on one thread, at the smallest ef whose recall on half of the queries is
// 0.99; latency and recall are those of the other half, the best of several rounds of each query, the systems
// in turns. Sets A and B: see sample_vectors.h. Peer: hnswlib 0.8, M 16, ef_construction 100.
#include <algorithm>
#include <ctime>

#include "benchmarks.h"
#include "vector_sets.h"

namespace lake::bench {
namespace {

constexpr double kWantedRecall = 0.99;

double ProcessCpuSeconds() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Contestant {
  std::unique_ptr<VectorSystem> system;
  double build_cpu_s = 0;
  size_t ef = 0;
  std::vector<double> latency_us;  ///< Of each query of the second half, the best round.
  std::vector<double> recall;
};

VectorSet MakeSet(ann::SampleKind kind, const RunOptions& options) {
  const bool quick = options.effort == Effort::kQuick;
  return {kind == ann::SampleKind::kTopics ? "A" : "B",
          {.kind = kind,
           .rows = quick ? size_t{20'000} : size_t{100'000},
           .queries = 2000,
           .dimensions = 768,
           .seed = 7}};
}

Result<std::vector<Contestant>> BuildAll(const VectorSet& set, Report& report) {
  std::vector<Contestant> contestants(2);
  const bool hard = set.name() == "B";
  contestants[0].system =
      MakeLakeIndex({.ef_construction = hard ? size_t{100} : size_t{64}, .alpha = hard ? 1.1F : 1.0F});
  contestants[1].system = MakeHnswlib({.m = 16, .ef_construction = 100});
  for (Contestant& contestant : contestants) {
    const double before = ProcessCpuSeconds();
    LAKE_RETURN_IF_ERROR(contestant.system->Build(set.rows()));
    contestant.build_cpu_s = ProcessCpuSeconds() - before;
    report.Add({set.name(), contestant.system->name(), "build_cpu_s", contestant.build_cpu_s,
                contestant.system->params()});
  }
  report.Add({set.name(), "lake", "build_cpu_ratio", contestants[0].build_cpu_s / contestants[1].build_cpu_s,
              set.Statistics()});
  return contestants;
}

/// The smallest ef that reaches the recall on the first half of the queries. Errors:
/// failed_precondition/recall_not_reached.
Result<size_t> ChooseEf(const VectorSet& set, VectorSystem& system) {
  std::vector<uint64_t> found;
  for (const size_t ef : system.efforts()) {
    double sum = 0;
    for (size_t q = 0; q < set.half(); ++q) {
      LAKE_RETURN_IF_ERROR(system.Search(set.query(q), kNeighboursAsked, ef, &found));
      sum += set.Recall(q, found);
    }
    if (sum / static_cast<double>(set.half()) >= kWantedRecall) return ef;
  }
  return FailedPrecondition("recall_not_reached", "{} does not reach a recall of {} on set {}", system.name(),
                            kWantedRecall, set.name());
}

Status MeasureRound(const VectorSet& set, Contestant* contestant) {
  std::vector<uint64_t> found;
  contestant->latency_us.resize(set.half(), 1e12);
  contestant->recall.resize(set.half());
  for (size_t i = 0; i < set.half(); ++i) {
    const size_t q = set.half() + i;
    Stopwatch watch;
    LAKE_RETURN_IF_ERROR(contestant->system->Search(set.query(q), kNeighboursAsked, contestant->ef, &found));
    contestant->latency_us[i] = std::min(contestant->latency_us[i], watch.us());
    contestant->recall[i] = set.Recall(q, found);
  }
  return {};
}

Status Search(const VectorSet& set, std::vector<Contestant> contestants, const RunOptions& options,
              Report& report) {
  for (Contestant& contestant : contestants) {
    LAKE_ASSIGN_OR_RETURN(contestant.ef, ChooseEf(set, *contestant.system));
  }
  const int rounds = options.effort == Effort::kQuick ? 3 : 7;
  for (int round = 0; round < rounds; ++round)
    for (Contestant& contestant : contestants) LAKE_RETURN_IF_ERROR(MeasureRound(set, &contestant));
  std::vector<double> p50;
  for (const Contestant& contestant : contestants) {
    const std::string name = contestant.system->name();
    const RecallEstimate recall = EstimateRecall(contestant.recall);
    const JsonValue params = JsonValue::MakeObject({{"ef", static_cast<int64_t>(contestant.ef)},
                                                    {"recall", recall.mean},
                                                    {"recall_low", recall.low},
                                                    {"build", contestant.system->params()}});
    p50.push_back(Percentile(contestant.latency_us, 0.5));
    report.Add({set.name(), name, "recall", recall.mean, params});
    report.Add({set.name(), name, "p50_us", p50.back(), params});
    report.Add({set.name(), name, "p99_us", Percentile(contestant.latency_us, 0.99), params});
  }
  report.Add({set.name(), "hnswlib / lake", "p50_ratio", p50[1] / p50[0], set.Statistics()});
  return {};
}

}  // namespace

Status RunP1(const RunOptions& options, Report& report) {
  for (const ann::SampleKind kind : {ann::SampleKind::kTopics, ann::SampleKind::kSubtopics}) {
    const VectorSet set = MakeSet(kind, options);
    LAKE_ASSIGN_OR_RETURN(const std::vector<Contestant> built, BuildAll(set, report));
  }
  return {};
}

Status RunP2(const RunOptions& options, Report& report) {
  for (const ann::SampleKind kind : {ann::SampleKind::kTopics, ann::SampleKind::kSubtopics}) {
    const VectorSet set = MakeSet(kind, options);
    LAKE_ASSIGN_OR_RETURN(std::vector<Contestant> built, BuildAll(set, report));
    LAKE_RETURN_IF_ERROR(Search(set, std::move(built), options, report));
  }
  return {};
}

}  // namespace lake::bench
