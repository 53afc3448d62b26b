#include "agent_choice.h"

#include <algorithm>
#include <vector>

#include "autotune_choice.h"
#include "lake/tuning/epsilon_greedy.h"

namespace lake::tuning {
namespace {

using vector::HnswConfig;

/// Whether its figures can be compared with those of others: the same vectors and the same queries.
bool IsComparable(const Trial& trial, const TunedIndex& index) {
  return trial.generation == index.record.live->id && trial.eval_set == index.eval_set;
}

bool WasRolledBack(const Trial& trial, const vector::IndexRecord& record) {
  return record.promotions && record.promotions->rolled_back &&
         std::ranges::any_of(*record.promotions->rolled_back, [&](const vector::Promotion& gone) {
           return gone.config == trial.config || gone.trial_id == trial.id;
         });
}

}  // namespace

size_t CountOwnTrials(const TunedIndex& index) {
  return static_cast<size_t>(std::ranges::count_if(index.journal, [&](const Trial& trial) {
    return IsComparable(trial, index) && trial.created_by == kAgentActor && trial.note == kAgentActor;
  }));
}

std::optional<NextTrial> ChooseTrial(const TunedIndex& index) {
  const HnswConfig champion = ConfigToBuild(index.record);
  std::vector<HnswConfig> tried(index.failed.begin(), index.failed.end());
  bool measured = std::ranges::find(index.failed, champion) != index.failed.end();
  for (const Trial& trial : index.journal) {
    tried.push_back(trial.config);
    measured = measured || (IsComparable(trial, index) && trial.config == champion);
  }
  if (!measured) return NextTrial{champion, "the configuration in use, which the others are compared with"};
  const std::optional<Proposal> proposal = ProposeEpsilonGreedy(tried, champion, EpsilonGreedyRule{});
  if (!proposal) return std::nullopt;
  return NextTrial{proposal->config,
                   proposal->by == ProposedBy::kChance
                       ? "drawn from everything within the bounds"
                       : fmt::format("near the configuration in use, {}", ToText(champion))};
}

PromotionChoice ChoosePromotion(const TunedIndex& index, double min_recall) {
  std::vector<Trial> candidates;
  for (const Trial& trial : index.journal)
    if (IsComparable(trial, index) && !WasRolledBack(trial, index.record)) candidates.push_back(trial);
  const std::optional<size_t> winner = FindWinner(candidates, {.min_recall = min_recall});
  if (!winner)
    return {.trial = {},
            .reason = fmt::format("none of {} trials has a recall of {:.3f}", candidates.size(), min_recall)};
  const Trial& best = candidates[*winner];
  const std::string of = fmt::format("{} ({}) is the best of {} trials", ToText(best.config), FiguresOf(best),
                                     candidates.size());
  if (best.config == ConfigToBuild(index.record)) return {.trial = {}, .reason = of + " and in use"};
  return {.trial = best, .reason = of};
}

}  // namespace lake::tuning
