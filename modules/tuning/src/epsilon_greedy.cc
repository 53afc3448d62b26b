#include "lake/tuning/epsilon_greedy.h"

#include <algorithm>
#include <vector>

#include "lake/common/seeded_numbers.h"

namespace lake::tuning {
namespace {

using vector::HnswConfig;

// Both ends included.
constexpr auto kLeastConstruction = static_cast<uint32_t>(vector::kEfConstructionBounds.low);
constexpr auto kMostConstruction = static_cast<uint32_t>(vector::kEfConstructionBounds.high);
constexpr auto kLeastSearch = static_cast<uint32_t>(vector::kEfSearchBounds.low);
constexpr auto kMostSearch = static_cast<uint32_t>(vector::kEfSearchBounds.high);
constexpr uint32_t kSearches = kMostSearch - kLeastSearch + 1;
constexpr uint32_t kCells = (kMostConstruction - kLeastConstruction + 1) * kSearches;

bool IsWithinBounds(const HnswConfig& config) {
  return config.ef_construction >= kLeastConstruction && config.ef_construction <= kMostConstruction &&
         config.ef_search >= kLeastSearch && config.ef_search <= kMostSearch;
}

/// Everything within the bounds, and what of it was tried.
class Space {
 public:
  explicit Space(std::span<const HnswConfig> tried) : tried_(kCells, false) {
    for (const HnswConfig& config : tried)
      if (IsWithinBounds(config)) tried_[CellOf(config.ef_construction, config.ef_search)] = true;
  }

  /// Cells that were not tried, at most so far from the champion.
  std::vector<uint32_t> Near(const HnswConfig& champion, const EpsilonGreedyRule& rule) const {
    std::vector<uint32_t> cells;
    const auto from = [](uint32_t value, uint32_t step, uint32_t least) {
      return value > least + step ? value - step : least;
    };
    for (uint32_t construction =
             from(champion.ef_construction, rule.ef_construction_step, kLeastConstruction);
         construction <= std::min(champion.ef_construction + rule.ef_construction_step, kMostConstruction);
         ++construction)
      for (uint32_t search = from(champion.ef_search, rule.ef_search_step, kLeastSearch);
           search <= std::min(champion.ef_search + rule.ef_search_step, kMostSearch); ++search)
        if (const uint32_t cell = CellOf(construction, search); !tried_[cell]) cells.push_back(cell);
    return cells;
  }

  std::vector<uint32_t> All() const {
    std::vector<uint32_t> cells;
    for (uint32_t cell = 0; cell < kCells; ++cell)
      if (!tried_[cell]) cells.push_back(cell);
    return cells;
  }

  static HnswConfig At(uint32_t cell, HnswConfig like) {
    like.ef_construction = kLeastConstruction + cell / kSearches;
    like.ef_search = kLeastSearch + cell % kSearches;
    return like;
  }

 private:
  static uint32_t CellOf(uint32_t construction, uint32_t search) {
    return (construction - kLeastConstruction) * kSearches + search - kLeastSearch;
  }

  std::vector<bool> tried_;
};

}  // namespace

std::optional<Proposal> ProposeEpsilonGreedy(std::span<const HnswConfig> tried, const HnswConfig& champion,
                                             const EpsilonGreedyRule& rule) {
  const Space space(tried);
  SeededNumbers numbers(tried.size());
  std::vector<uint32_t> cells;
  ProposedBy by = numbers.Uniform() < rule.epsilon ? ProposedBy::kChance : ProposedBy::kChampion;
  if (by == ProposedBy::kChampion) cells = space.Near(champion, rule);
  if (cells.empty()) {
    by = ProposedBy::kChance;
    cells = space.All();
  }
  if (cells.empty()) return std::nullopt;
  return Proposal{.config = Space::At(cells[numbers.Below(cells.size())], champion), .by = by};
}

}  // namespace lake::tuning
