// P3: from opening the file of an index over 100,000 x 768 unit vectors (set A) to the first answer, the page
// cache warm, median of 20; and the hot memory after 10,000 searches for the 10 nearest at an ef of 60. Hot
// memory of ours is the growth of the process's own memory plus the resident pages of every section of the
// mapped file but the f32 vectors: those are read for a few rows of a search each, and the kernel may drop
// them; what of them is resident is said beside it. Hot memory of peers is the growth of all resident pages:
// hnswlib in this process and faiss in its own read the whole file, usearch maps it. `lake copied` keeps what
// walks read in huge pages of its own. `p50_us` is that of the searches; `evicted_p50_us`
// that of searches for 500 queries when the vectors have to be read from the disk.
#include <fcntl.h>
#include <unistd.h>

#include "benchmarks.h"
#include "mapped_sections.h"
#include "python_peers.h"
#include "served_lake.h"
#include "vector_sets.h"

namespace lake::bench {
namespace {

constexpr double kMemoryGoal = 0.25;  ///< Of hnswlib's.
constexpr double kOpenGoalMs = 2;

/// Lets the page cache drop a file that nobody has mapped.
void DropFromPageCache(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  ::fsync(descriptor);
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
  ::close(descriptor);
}

struct Cost {
  double open_ms = 0;
  double hot_mib = 0;
};

Result<Cost> MeasureLake(const VectorSet& set, const Opening& opening, const std::filesystem::path& file,
                         Report& report) {
  LAKE_ASSIGN_OR_RETURN(const std::vector<MappedSection> sections, ResidentSections(file));
  const Cost cost{.open_ms = Percentile(opening.first_result_ms, 0.5),
                  .hot_mib = HotMib(opening.private_mib, sections)};
  JsonValue parts = JsonValue::MakeObject({{"private", opening.private_mib}});
  for (const MappedSection& section : sections) parts.Set(section.name, section.resident_mib);
  report.Add({set.name(), "lake", "hot_mib", cost.hot_mib, parts});
  report.Add({set.name(), "lake", "f32_resident_mib", sections.back().resident_mib,
              JsonValue::MakeObject({{"of_mib", sections.back().mib}})});
  return cost;
}

/// Opens a file as `lake copied`.
Result<Opening> OpenCopied(const VectorSet& set, const OpeningOptions& options) {
  return MakeLakeIndex({.residence = ann::Residence::kCopied, .metric = set.metric()})
      ->MeasureOpening(set.second_half(), options);
}

Status MeasureCopied(const VectorSet& set, const std::filesystem::path& file, Report& report) {
  LAKE_ASSIGN_OR_RETURN(const Opening warm, OpenCopied(set, {.file = file}));
  report.Add({set.name(), "lake copied", "open_ms", Percentile(warm.first_result_ms, 0.5)});
  report.Add({set.name(), "lake copied", "private_mib", warm.private_mib});
  report.Add({set.name(), "lake copied", "p50_us", Percentile(warm.latency_us, 0.5)});
  DropFromPageCache(file);
  LAKE_ASSIGN_OR_RETURN(const Opening cold, OpenCopied(set, {.file = file, .rounds = 0, .searches = 500}));
  report.Add({set.name(), "lake copied", "evicted_p50_us", Percentile(cold.latency_us, 0.5)});
  return {};
}

Result<Cost> Measure(const VectorSet& set, VectorSystem& system, const std::filesystem::path& file,
                     Report& report) {
  LAKE_ASSIGN_OR_RETURN(const double build_cpu_s, system.Build(set.rows()));
  JsonValue params = system.params();  // Not later: it reads the whole index, as searches do not.
  LAKE_RETURN_IF_ERROR(system.Save(file));
  LAKE_ASSIGN_OR_RETURN(const Opening opening, system.MeasureOpening(set.second_half(), {.file = file}));
  params.Set("build_cpu_s", build_cpu_s);
  params.Set("file_mib", static_cast<double>(std::filesystem::file_size(file)) / (1 << 20));
  report.Add({set.name(), system.name(), "open_ms", Percentile(opening.first_result_ms, 0.5),
              std::move(params), Spread(opening.first_result_ms)});
  if (!opening.latency_us.empty())
    report.Add({set.name(), system.name(), "p50_us", Percentile(opening.latency_us, 0.5)});
  if (system.name() == "lake") return MeasureLake(set, opening, file, report);
  const Cost cost{.open_ms = Percentile(opening.first_result_ms, 0.5),
                  .hot_mib = opening.private_mib + opening.mapped_mib};
  report.Add({set.name(), system.name(), "hot_mib", cost.hot_mib,
              JsonValue::MakeObject({{"private", opening.private_mib}, {"mapped", opening.mapped_mib}})});
  return cost;
}

void SayGoal(std::string_view what, double value, double goal) {
  if (value > goal) fmt::print(stderr, "P3: missed: {} is {:.3f}, the goal {}\n", what, value, goal);
}

Status Compare(const VectorSet& set, Report& report) {
  const ann::Metric metric = set.metric();
  std::vector<std::unique_ptr<VectorSystem>> systems;
  systems.push_back(MakeLakeIndex({.ef_construction = 64, .alpha = 1, .metric = metric}));
  systems.push_back(MakeHnswlib({.m = 16, .ef_construction = 100, .metric = metric}));
  LAKE_ASSIGN_OR_RETURN(auto peers, MakePythonPeers({.ef_construction = 40, .metric = metric},
                                                    {.ef_construction = 64, .metric = metric}));
  for (auto& peer : peers) systems.push_back(std::move(peer));
  ScratchDirectory scratch;
  std::vector<Cost> costs;
  for (auto& system : systems) {
    const std::filesystem::path file = scratch.path() / system->name();
    LAKE_ASSIGN_OR_RETURN(const Cost cost, Measure(set, *system, file, report));
    costs.push_back(cost);
    // What it holds would count for the next.
    const bool ours = system->name() == "lake";
    system.reset();
    if (ours) LAKE_RETURN_IF_ERROR(MeasureCopied(set, file, report));
    std::filesystem::remove(file);
  }
  const double ratio = costs[0].hot_mib / costs[1].hot_mib;
  report.Add(
      {set.name(), "lake / hnswlib", "hot_ratio", ratio, JsonValue::MakeObject({{"goal", kMemoryGoal}})});
  report.Add({set.name(), "lake / hnswlib", "open_ratio", costs[0].open_ms / costs[1].open_ms,
              JsonValue::MakeObject({{"goal_open_ms", kOpenGoalMs}})});
  SayGoal("hot memory beside hnswlib's", ratio, kMemoryGoal);
  SayGoal("ms from opening to the first answer", costs[0].open_ms, kOpenGoalMs);
  return {};
}

}  // namespace

Status RunP3(const RunOptions& options, Report& report) {
  const MadeSets made = {
      .kinds = {ann::SampleKind::kTopics}, .rows = UsualRows(options.effort), .queries = 2000};
  return ForEachVectorSet(options, made, [&](const VectorSet& set) { return Compare(set, report); });
}

}  // namespace lake::bench
