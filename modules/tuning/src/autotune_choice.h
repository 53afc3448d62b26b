// What of a grid is tried, and which trial wins.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lake/tuning/autotune.h"
#include "lake/tuning/trial.h"

namespace lake::tuning {

struct CheckedGrid {
  std::vector<vector::HnswConfig> configs;  ///< Within the bounds, in the grid's order.
  std::vector<std::string> skipped;         ///< "ef_search=500 out of bounds [10,200]".
};
CheckedGrid CheckBounds(std::span<const GridConfig> grid);

/// Positions of the configurations, those that share a build one after another, else in their order.
std::vector<size_t> OrderByBuild(std::span<const vector::HnswConfig> configs);

/// A figure that is NaN is within no limit.
bool IsEligible(const Trial& trial, const TuningLimits& limits);

/// Of the eligible the one with the highest recall, then the lowest p50, then the shortest build, then the
/// first.
std::optional<size_t> FindWinner(std::span<const Trial> trials, const TuningLimits& limits);

/// "recall=0.960 p50=11us"
std::string FiguresOf(const Trial& trial);
/// Note of a promotion that a strategy decided; a contract.
std::string WinnerNote(const Trial& trial);

}  // namespace lake::tuning
