#include "autotune_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace lake::tuning {
namespace {

/// "ef_search=500 out of bounds [10,200]", of the first member that is.
std::optional<std::string> BrokenBounds(const GridConfig& config) {
  const auto check = [](std::string_view name, std::optional<double> value,
                        const Bounds& bounds) -> std::optional<std::string> {
    if (!value || (*value >= bounds.low && *value <= bounds.high)) return std::nullopt;
    return fmt::format("{}={} out of bounds [{},{}]", name, *value, bounds.low, bounds.high);
  };
  const auto number = [](std::optional<int64_t> value) {
    return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
  };
  const std::array checked = {
      check("ef_construction", number(config.ef_construction), vector::kEfConstructionBounds),
      check("ef_search", number(config.ef_search), vector::kEfSearchBounds),
      check("degree", number(config.degree), vector::kDegreeBounds),
      check("alpha", config.alpha, vector::kAlphaBounds),
      check("rerank", number(config.rerank), vector::kRerankBounds)};
  const auto broken = std::ranges::find_if(checked, [](const auto& text) { return text.has_value(); });
  return broken == checked.end() ? std::nullopt : *broken;
}

std::optional<uint32_t> Narrow(std::optional<int64_t> value) {
  return value ? std::optional(static_cast<uint32_t>(*value)) : std::nullopt;
}

/// As an amount of which less is better.
double Cost(double value) { return std::isnan(value) ? std::numeric_limits<double>::infinity() : value; }

auto Rank(const Trial& trial) {
  const TrialMetrics& metrics = trial.metrics;
  return std::tuple(-metrics.recall_at_k, Cost(metrics.search_latency_p50_us), Cost(metrics.build_time_secs));
}

}  // namespace

std::vector<GridConfig> DefaultGrid() {
  constexpr uint64_t kSeed = 42;
  return {{20, 30, kSeed}, {40, 30, kSeed}, {80, 30, kSeed}, {80, 60, kSeed}, {160, 30, kSeed}};
}

CheckedGrid CheckBounds(std::span<const GridConfig> grid) {
  CheckedGrid checked;
  for (const GridConfig& config : grid) {
    if (std::optional<std::string> broken = BrokenBounds(config))
      checked.skipped.push_back(*std::move(broken));
    else
      checked.configs.push_back({.ef_construction = static_cast<uint32_t>(config.ef_construction),
                                 .ef_search = static_cast<uint32_t>(config.ef_search),
                                 .seed = config.seed,
                                 .degree = Narrow(config.degree),
                                 .alpha = config.alpha,
                                 .code = config.code,
                                 .rerank = Narrow(config.rerank)});
  }
  return checked;
}

std::vector<size_t> OrderByBuild(std::span<const vector::HnswConfig> configs) {
  std::vector<size_t> firsts(configs.size());  // The first that builds the same.
  for (size_t i = 0; i < configs.size(); ++i)
    firsts[i] = static_cast<size_t>(
        std::ranges::find_if(configs, [&](const auto& other) { return BuildSameGraph(configs[i], other); }) -
        configs.begin());
  std::vector<size_t> order(configs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t position) { return std::pair(firsts[position], position); });
  return order;
}

bool IsEligible(const Trial& trial, const TuningLimits& limits) {
  const TrialMetrics& metrics = trial.metrics;
  return metrics.recall_at_k >= limits.min_recall &&
         (!limits.max_p95_us || metrics.search_latency_p95_us <= *limits.max_p95_us) &&
         (!limits.max_memory_bytes || metrics.memory_bytes <= *limits.max_memory_bytes) &&
         (!limits.max_build_secs || metrics.build_time_secs <= *limits.max_build_secs);
}

std::optional<size_t> FindWinner(std::span<const Trial> trials, const TuningLimits& limits) {
  std::optional<size_t> winner;
  for (size_t i = 0; i < trials.size(); ++i) {
    if (!IsEligible(trials[i], limits)) continue;
    if (!winner || Rank(trials[i]) < Rank(trials[*winner])) winner = i;
  }
  return winner;
}

std::string FiguresOf(const Trial& trial) {
  return fmt::format("recall={:.3f} p50={:.0f}us", trial.metrics.recall_at_k,
                     trial.metrics.search_latency_p50_us);
}

std::string WinnerNote(const Trial& trial) { return "autotune winner: " + FiguresOf(trial); }

}  // namespace lake::tuning
