// An autotune as it is asked for; what it gives is as its owner describes it (lake/tuning/autotune.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/tuning/autotune.h"

namespace lake::gateway::wire {

struct RunAutotune {
  std::string index_name;
  std::string harness;
  tuning::TuningStrategy strategy = tuning::TuningStrategy::kGrid;
  double min_recall = 0.9;
  std::optional<double> max_p95_us;
  std::optional<uint64_t> max_memory_bytes;
  std::optional<double> max_build_secs;
  std::optional<std::vector<tuning::GridConfig>> grid;
  std::optional<uint32_t> max_trials;
  std::optional<double> max_cpu_secs;
};

}  // namespace lake::gateway::wire

/// Without bounds: what is out of them is skipped, not refused.
template <>
struct lake::Describe<lake::tuning::GridConfig> {
  using T = lake::tuning::GridConfig;
  static constexpr std::string_view kName = "GridConfig";
  static constexpr auto kFields = std::tuple{
      Optional("ef_construction", &T::ef_construction,
               "Candidates a chunk finds before it chooses its neighbours; 10 to 400."),
      Optional("ef_search", &T::ef_search, "Chunks kept on a walk; 10 to 200."),
      Optional("seed", &T::seed, "Another one gives another graph over the same vectors.").NullWhenNone(),
      Optional("degree", &T::degree, "Most neighbours of a chunk; 4 to 96."),
      Optional("alpha", &T::alpha, "How much longer than needed a way may be kept; 1 to 2."),
      Optional("code", &T::code, "What walks compare."),
      Optional("rerank", &T::rerank, "Chunks compared exactly at the end of a walk; 1 to 1000.")};
};
template <>
struct lake::Describe<lake::gateway::wire::RunAutotune> {
  using T = lake::gateway::wire::RunAutotune;
  static constexpr std::string_view kName = "RunAutotune";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "Index that is tuned.").Between(1, 255),
      Required("harness", &T::harness, "Eval set that trials are measured with.").Between(1, 255),
      Optional("strategy", &T::strategy,
               "grid: every configuration of the grid. epsilon_greedy: now and then anything, else near the "
               "best. model: what a model expects most of; promoted when that is sure to be better."),
      Optional("min_recall", &T::min_recall, "Least recall of a winner.").Between(0, 1),
      Optional("max_p95_us", &T::max_p95_us, "Greatest 95th percentile of its latency, in microseconds."),
      Optional("max_memory_bytes", &T::max_memory_bytes, "Most bytes that a search of it reads."),
      Optional("max_build_secs", &T::max_build_secs, "Most seconds that its build may take."),
      Optional("grid", &T::grid,
               "What is tried, at most 200; absent: (20,30) (40,30) (80,30) (80,60) (160,30) with seed 42."),
      Optional("max_trials", &T::max_trials, "Of a strategy that proposes: most trials; absent: 20.")
          .Between(lake::tuning::kMaxTrialsBounds.low, lake::tuning::kMaxTrialsBounds.high),
      Optional("max_cpu_secs", &T::max_cpu_secs,
               "Of a strategy that proposes: CPU seconds after which nothing more is tried.")
          .Between(lake::tuning::kMaxCpuSecsBounds.low, lake::tuning::kMaxCpuSecsBounds.high)};
};
