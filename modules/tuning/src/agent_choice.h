// What the agent tries next on an index, and what it promotes after a trial: decided by the journal and the
// record of the index alone.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lake/tuning/agent.h"
#include "lake/tuning/trial.h"
#include "lake/vector/index_record.h"

namespace lake::tuning {

/// What is known of an index; the references outlive it.
struct TunedIndex {
  const vector::IndexRecord& record;  ///< With a live generation.
  std::span<const Trial> journal;
  std::string_view eval_set;
  std::span<const vector::HnswConfig> failed;  ///< What could not be tried.
};

/// Trials of the agent's own, of what is live, with that eval set.
size_t CountOwnTrials(const TunedIndex& index);

struct NextTrial {
  vector::HnswConfig config;
  std::string why;
};

/// The configuration in use, when there is no trial of it that the others can be compared with; then what
/// ProposeEpsilonGreedy says. None when nothing is left.
std::optional<NextTrial> ChooseTrial(const TunedIndex& index);

struct PromotionChoice {
  std::optional<Trial> trial;  ///< That is to be promoted.
  std::string reason;
};

/// Of the trials of what is live with that eval set the one that FindWinner says, unless it is of the
/// configuration in use. What was rolled back once with a reason wins nothing.
PromotionChoice ChoosePromotion(const TunedIndex& index, double min_recall);

}  // namespace lake::tuning
