#include "canary_judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lake/ann/recall.h"

namespace lake::tuning {
namespace {

using vector::HnswConfig;

double LowerEnd(const TrialMetrics& metrics) {
  return metrics.recall_low ? *metrics.recall_low
                            : ann::WilsonInterval(metrics.recall_at_k, metrics.eval_queries).low;
}

/// What the index has when the current promotion goes.
HnswConfig ConfigBefore(const vector::IndexRecord& record) {
  const std::vector<vector::Promotion>& history = record.promotions->history;
  return history.empty() ? OwnConfig(record) : history.back().config;
}

/// Whether it makes no more effort in the build nor in searches, and is the same in all else but its seed.
bool FindsNoMore(HnswConfig before, const HnswConfig& current) {
  if (before.ef_construction > current.ef_construction || before.ef_search > current.ef_search) return false;
  before.ef_construction = current.ef_construction;
  before.ef_search = current.ef_search;
  before.seed = current.seed;
  return before == current;
}

}  // namespace

double CanaryFloor(const std::optional<Trial>& trial, double min_recall) {
  if (!trial || std::isnan(trial->metrics.recall_at_k)) return min_recall;
  const double promised = LowerEnd(trial->metrics);
  return trial->metrics.recall_at_k >= min_recall ? std::max(promised, min_recall) : promised;
}

CanaryJudgement JudgeCanary(const vector::IndexRecord& record, const vector::CanaryRecall& canary) {
  const vector::MeasuredRecall& recall = canary.recall;
  const std::string figures = fmt::format("recall {:.3f} to {:.3f} by {} queries, {:.3f} was promised",
                                          recall.low, recall.high, recall.queries, canary.floor);
  if (recall.high >= canary.floor) return {CanaryVerdict::kHolds, figures};
  if (WasRolledBack(*record.promotions, canary.trial_id))
    return {CanaryVerdict::kKept, figures + "; it was rolled back once and promoted again"};
  const HnswConfig before = ConfigBefore(record);
  if (FindsNoMore(before, ConfigToBuild(record)))
    return {CanaryVerdict::kKept,
            fmt::format("{}; what was before it ({}) would find no more", figures, ToText(before))};
  return {CanaryVerdict::kRolledBack, "rolled back: " + figures};
}

}  // namespace lake::tuning
