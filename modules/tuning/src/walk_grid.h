// The walks that one graph is measured with, and which of them are kept on record.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lake/vector/hnsw_config.h"
#include "pareto_front.h"

namespace lake::tuning {

/// Of one graph: so many walks are journaled at most, a kilobyte or two each.
inline constexpr size_t kJournaledWalks = 8;

/// Every ef_search by every code, with as many rows compared exactly as the hits, as usual and four times the
/// hits, where that differs; for `k` hits. By code and rerank, the narrowest first.
std::vector<vector::WalkSettings> WalkGrid(size_t k);

/// Whether walks differ in their width alone.
bool SameButWidth(const vector::WalkSettings& one, const vector::WalkSettings& other);

/// Positions, ascending, of what is worth keeping of the walks of one graph: the front, thinned to at most
/// kJournaledWalks, but always with its ends and with the quickest that finds `wanted_recall`.
std::vector<size_t> WorthKeeping(std::span<const WalkPoint> points, double wanted_recall);

}  // namespace lake::tuning
