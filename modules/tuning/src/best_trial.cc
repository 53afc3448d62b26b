#include "lake/tuning/best_trial.h"

#include <algorithm>
#include <cmath>

namespace lake::tuning {
namespace {

/// More is better; NaN when what it needs was not measured.
double ScoreOf(const TrialMetrics& metrics, BestBy by, const ParetoRule& rule) {
  switch (by) {
    case BestBy::kRecall:
      return metrics.recall_at_k;
    case BestBy::kLatency:
      return -metrics.search_latency_p95_us;
    case BestBy::kPareto:
      break;
  }
  const double share = metrics.search_latency_p95_us / rule.latency_cap_us;
  return metrics.recall_at_k - rule.latency_weight * (share > 1 ? 1 : share);
}

/// Whether the first score is better; neither is of two that are NaN.
bool IsBetter(double score, double than) { return std::isnan(than) ? !std::isnan(score) : score > than; }

}  // namespace

std::optional<size_t> FindBest(std::span<const Trial> trials, BestBy by, const ParetoRule& rule) {
  std::optional<size_t> best;
  for (size_t i = 0; i < trials.size(); ++i) {
    if (!best) {
      best = i;
      continue;
    }
    const double score = ScoreOf(trials[i].metrics, by, rule);
    const double champion = ScoreOf(trials[*best].metrics, by, rule);
    const bool newer = trials[i].created_at >= trials[*best].created_at;
    const bool wins_tie = by == BestBy::kLatency ? !newer : newer;
    const bool tie = !IsBetter(score, champion) && !IsBetter(champion, score);
    if (IsBetter(score, champion) || (tie && wins_tie)) best = i;
  }
  return best;
}

}  // namespace lake::tuning
