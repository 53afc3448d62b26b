// An autotune as it is asked for; what it gives is as its owner describes it (lake/tuning/autotune.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/tuning/autotune.h"

namespace lake::gateway::wire {

enum class TuningStrategy { kGrid };

struct RunAutotune {
  std::string index_name;
  std::string harness;
  TuningStrategy strategy = TuningStrategy::kGrid;
  double min_recall = 0.9;
  std::optional<double> max_p95_us;
  std::optional<uint64_t> max_memory_bytes;
  std::optional<double> max_build_secs;
  std::optional<std::vector<tuning::GridConfig>> grid;
};

}  // namespace lake::gateway::wire

template <>
struct lake::DescribeEnum<lake::gateway::wire::TuningStrategy> {
  using V = lake::gateway::wire::TuningStrategy;
  static constexpr std::array kNames = {EnumName(V::kGrid, "grid")};
};
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
      Optional("strategy", &T::strategy, "grid: every configuration of the grid."),
      Optional("min_recall", &T::min_recall, "Least recall of a winner.").Between(0, 1),
      Optional("max_p95_us", &T::max_p95_us, "Greatest 95th percentile of its latency, in microseconds."),
      Optional("max_memory_bytes", &T::max_memory_bytes, "Most bytes that a search of it reads."),
      Optional("max_build_secs", &T::max_build_secs, "Most seconds that its build may take."),
      Optional("grid", &T::grid,
               "What is tried, at most 200; absent: (20,30) (40,30) (80,30) (80,60) (160,30) with seed 42.")};
};
