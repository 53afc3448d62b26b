#include "promotion_rule.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "autotune_choice.h"
#include "bootstrap.h"

namespace lake::tuning {
namespace {

/// What each query found of what it was to find.
std::vector<double> SharesOf(const Trial& trial) {
  std::vector<double> shares;
  if (!trial.per_query_hits || !trial.k || *trial.k == 0) return shares;
  for (const uint32_t hits : *trial.per_query_hits)
    shares.push_back(static_cast<double>(hits) / static_cast<double>(*trial.k));
  return shares;
}

ComparedFigure Figure(const Estimate& estimate) {
  return {.value = estimate.value, .low = estimate.low, .high = estimate.high};
}

/// Of amounts of which less is better; 1 where one is not known.
double Ratio(double of, double than) { return of > 0 && than > 0 ? of / than : 1; }

/// Why the candidate gains, or nothing.
std::string GainOf(const Decision& decision) {
  const bool no_loss = decision.recall_difference.low >= -kRecallMargin;
  const ComparedFigure& p50 = decision.p50_ratio;
  if (no_loss && p50.value <= 1 - kLeastP50Gain && p50.high < 1)
    return fmt::format("p50 is {:.1f} % lower ({:.1f} to {:.1f} %)", 100 * (1 - p50.value),
                       100 * (1 - p50.high), 100 * (1 - p50.low));
  const bool slower = !(p50.low <= 1 + kLeastP50Gain);
  if (no_loss && !slower && decision.memory_ratio <= 1 - kLeastCostGain)
    return fmt::format("memory is {:.1f} % less", 100 * (1 - decision.memory_ratio));
  if (no_loss && !slower && decision.build_ratio <= 1 - kLeastCostGain)
    return fmt::format("the build is {:.1f} % shorter", 100 * (1 - decision.build_ratio));
  const ComparedFigure& recall = decision.recall_difference;
  if (!(decision.champion.recall_bound >= decision.target) && recall.low > 0)
    return fmt::format(
        "recall is {:.2f} points higher ({:.2f} to {:.2f}) where the champion's bound {:.4f} "
        "misses {}",
        100 * recall.value, 100 * recall.low, 100 * recall.high, decision.champion.recall_bound,
        decision.target);
  return {};
}

}  // namespace

std::optional<size_t> ChooseCandidate(std::span<const Trial> trials, std::optional<size_t> champion,
                                      const TuningLimits& limits, uint64_t seed) {
  TuningLimits others = limits;  // All but the recall, which has a rule of its own.
  others.min_recall = 0;
  std::vector<double> least;  // What the champion found, when that is enough.
  if (champion && trials[*champion].metrics.recall_at_k >= limits.min_recall)
    least = SharesOf(trials[*champion]);
  const auto is_sure = [&](const Trial& trial) {
    const std::vector<double> shares = SharesOf(trial);
    if (!(trial.metrics.recall_at_k >= limits.min_recall &&
          LowerBoundOfMean(shares, seed) >= limits.min_recall))
      return false;
    return shares.size() != least.size() || MeanDifference(shares, least, seed).low >= -kRecallMargin;
  };
  struct Rank {
    bool sure;
    double first;
    double second;
    auto Key() const { return std::tuple(!sure, first, second); }
  };
  std::optional<size_t> best;
  Rank best_rank = {};
  for (size_t i = 0; i < trials.size(); ++i) {
    const TrialMetrics& metrics = trials[i].metrics;
    if (!IsEligible(trials[i], others) || !(metrics.search_latency_p50_us >= 0)) continue;
    const bool sure = is_sure(trials[i]);
    const double recall = -metrics.recall_at_k;
    const double p50 = metrics.search_latency_p50_us;
    const Rank rank = sure ? Rank{sure, p50, recall} : Rank{sure, recall, p50};
    if (best && !(rank.Key() < best_rank.Key())) continue;
    best = i;
    best_rank = rank;
  }
  return best;
}

Decision Decide(const Judged& candidate, const Judged& champion, const TuningLimits& limits, uint64_t seed) {
  Decision decision = {
      .promote = false,
      .reason = {},
      .target = limits.min_recall,
      .queries = candidate.shares.size(),
      .candidate = candidate.config,
      .champion = champion.config,
      .recall_difference = Figure(MeanDifference(candidate.shares, champion.shares, seed)),
      .p50_ratio = Figure(MedianRatio(candidate.latencies_us, champion.latencies_us, seed)),
      .memory_ratio = Ratio(static_cast<double>(candidate.config.memory_bytes),
                            static_cast<double>(champion.config.memory_bytes)),
      .build_ratio = Ratio(candidate.config.build_time_secs, champion.config.build_time_secs)};
  decision.candidate.recall_bound = LowerBoundOfMean(candidate.shares, seed);
  decision.champion.recall_bound = LowerBoundOfMean(champion.shares, seed);
  if (candidate.config.config == champion.config.config) {
    decision.reason = "nothing better than the champion was found";
    return decision;
  }
  if (!(decision.candidate.recall_bound >= decision.target)) {
    decision.reason = fmt::format(
        "the recall {:.4f} of {} queries is sure to be {:.4f} only; the target is {}",
        decision.candidate.recall_at_k, decision.queries, decision.candidate.recall_bound, decision.target);
    return decision;
  }
  const std::string gain = GainOf(decision);
  decision.promote = !gain.empty();
  decision.reason =
      decision.promote
          ? fmt::format("recall is at least {:.4f}, the target {}; {}", decision.candidate.recall_bound,
                        decision.target, gain)
          : fmt::format(
                "no gain over the champion is sure: p50 is {:.3f} of its ({:.3f} to {:.3f}), memory "
                "{:.3f}, build {:.3f}, recall {:+.4f} ({:+.4f} to {:+.4f})",
                decision.p50_ratio.value, decision.p50_ratio.low, decision.p50_ratio.high,
                decision.memory_ratio, decision.build_ratio, decision.recall_difference.value,
                decision.recall_difference.low, decision.recall_difference.high);
  return decision;
}

}  // namespace lake::tuning
