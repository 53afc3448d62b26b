#include "walk_grid.h"

#include <algorithm>
#include <array>
#include <set>

namespace lake::tuning {
namespace {

// Each about 1.4 times as wide as the one before.
constexpr std::array<size_t, 10> kGridWidths = {10, 14, 20, 28, 40, 56, 80, 112, 160, 200};

}  // namespace

std::vector<vector::WalkSettings> WalkGrid(size_t k) {
  std::vector<vector::WalkSettings> walks;
  for (const ann::Code code : {ann::Code::kInt4, ann::Code::kInt8, ann::Code::kF32}) {
    // Walks by the vectors themselves are exact already.
    std::set<size_t> reranks = {0};
    if (code != ann::Code::kF32) reranks.insert({k, 4 * k});
    for (const size_t rerank : reranks)
      for (const size_t width : kGridWidths) {
        // No more rows are compared than were kept.
        if (rerank != 0 && rerank >= std::max(width, k)) continue;
        if (static_cast<double>(rerank) > vector::kRerankBounds.high) continue;
        walks.push_back({.ef_search = width, .rerank = rerank, .code = code});
      }
  }
  return walks;
}

bool SameButWidth(const vector::WalkSettings& one, const vector::WalkSettings& other) {
  return one.code == other.code && one.rerank == other.rerank;
}

std::vector<size_t> WorthKeeping(std::span<const WalkPoint> points, double wanted_recall) {
  const std::vector<size_t> front = ParetoFront(points);
  std::set<size_t> kept;  // Positions in the front.
  if (!front.empty()) kept = {0, front.size() - 1};
  const auto enough =
      std::ranges::find_if(front, [&](size_t i) { return points[i].recall >= wanted_recall; });
  if (enough != front.end()) kept.insert(static_cast<size_t>(enough - front.begin()));
  // Then always the one that is farthest from those that are kept, the first of equals.
  while (kept.size() < std::min(kJournaledWalks, front.size())) {
    size_t best = 0;
    size_t best_gap = 0;
    for (size_t i = 0; i < front.size(); ++i) {
      const auto above = kept.lower_bound(i);
      const size_t gap = std::min(above == kept.end() ? front.size() : *above - i,
                                  above == kept.begin() ? front.size() : i - *std::prev(above));
      if (gap > best_gap) {
        best = i;
        best_gap = gap;
      }
    }
    kept.insert(best);
  }
  std::vector<size_t> positions;
  for (const size_t i : kept) positions.push_back(front[i]);
  std::ranges::sort(positions);
  return positions;
}

}  // namespace lake::tuning
