// ε-greedy: which configuration of an index is tried next, decided by those that were tried and by the one
// that is the best so far. (Sutton, Barto: Reinforcement Learning, 2nd ed., section 2.4.)
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lake/vector/hnsw_config.h"

namespace lake::tuning {

struct EpsilonGreedyRule {
  double epsilon = 0.25;  ///< Share of proposals that are drawn from everything that may be tried.
  uint32_t ef_construction_step = 20;  ///< The others are at most so far from the champion.
  uint32_t ef_search_step = 10;
};

enum class ProposedBy {
  kChance,    ///< Drawn from everything within the bounds.
  kChampion,  ///< Drawn from what is near to the champion.
};

struct Proposal {
  vector::HnswConfig config;
  ProposedBy by = ProposedBy::kChance;
};

/// `tried`: every configuration of the journal, one a trial, and what else is not to be tried again. None of
/// them is proposed: two are the same when ef_construction and ef_search are. What else a configuration has
/// is the champion's. As many tried and the same champion give the same proposal. Where nothing near to the
/// champion is left, one is drawn from everything; none when nothing is left at all.
std::optional<Proposal> ProposeEpsilonGreedy(std::span<const vector::HnswConfig> tried,
                                             const vector::HnswConfig& champion,
                                             const EpsilonGreedyRule& rule);

}  // namespace lake::tuning
