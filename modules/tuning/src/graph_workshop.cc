#include "graph_workshop.h"

#include <chrono>
#include <ctime>
#include <utility>

namespace lake::tuning {
namespace {

bool SameCandidates(const vector::HnswConfig& one, const vector::HnswConfig& other) {
  return one.ef_construction == other.ef_construction && one.seed.value_or(0) == other.seed.value_or(0);
}

}  // namespace

double ProcessCpuSecs() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Result<MadeGraph> GraphWorkshop::Make(const vector::HnswConfig& graph, const CancelToken& cancel) {
  const auto started = std::chrono::steady_clock::now();
  const double cpu_started = ProcessCpuSecs();
  ann::BuildOptions options = vector::BuildOptionsOf(graph, material_.threads);
  const bool at_hand = pool_ && SameCandidates(pool_graph_, graph);
  std::optional<Result<ann::Index>> made;
  if (at_hand) {
    made = pool_->index.Rewire(options.degree, options.alpha, options.threads, cancel);
  } else {
    pool_.reset();  // Before the next one: two would need twice the memory.
    options.keep_candidates = true;
    made = ann::Index::Build(material_.vectors, material_.ids, options, cancel);
  }
  if (!made->ok()) return std::move(*made).error();
  ann::Index index = **std::move(made);
  const double secs = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const double cpu_secs = ProcessCpuSecs() - cpu_started;
  const ann::BuildOptions& built = index.options();
  MadeGraph result = {.index = index,
                      .build_secs = secs + (at_hand ? pool_->build_secs : 0),
                      .statistics = {.cpu_secs = cpu_secs + (at_hand ? pool_->statistics.cpu_secs : 0),
                                     .threads = static_cast<uint32_t>(built.threads),
                                     .degree = static_cast<uint32_t>(built.degree),
                                     .alpha = built.alpha,
                                     .code = std::string(built.code ? ann::CodeName(*built.code) : ""),
                                     .rewire_cpu_secs = at_hand ? std::optional(cpu_secs) : std::nullopt}};
  if (!at_hand) {
    pool_ = result;
    pool_graph_ = graph;
  }
  return result;
}

}  // namespace lake::tuning
