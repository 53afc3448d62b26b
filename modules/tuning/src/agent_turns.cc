#include "agent_turns.h"

#include <algorithm>
#include <utility>

#include "autotune_choice.h"
#include "autotune_job.h"
#include "lake/common/json_io.h"

namespace lake::tuning {
namespace {

using vector::IndexRecord;

/// A turn is one trial; of all that can be compared with it the best is promoted.
class SingleTrials final : public AgentTurns {
 public:
  SingleTrials(const AgentParts& parts, double min_recall) : parts_(parts), min_recall_(min_recall) {}

  std::string_view job_kind() const override { return kTrialJob; }
  uint64_t least_trials() const override { return 1; }

  Result<std::optional<PlannedTurn>> Plan(const access::Request& request, const TunedIndex& index,
                                          uint64_t /*trials_left*/) override {
    const std::optional<NextTrial> next = ChooseTrial(index);
    if (!next) return std::optional<PlannedTurn>();
    LAKE_ASSIGN_OR_RETURN(JsonValue payload,
                          parts_.trials.Prepare(request, {.index_name = index.record.name,
                                                          .harness = std::string(index.eval_set),
                                                          .config = next->config,
                                                          .note = kAgentActor}));
    return std::optional(
        PlannedTurn{.payload = std::move(payload), .config = next->config, .why = next->why});
  }

  void Release(const JsonValue& /*payload*/) override {}

  Result<std::optional<EndedTurn>> End(const Context& context, const JsonValue& result) override {
    LAKE_ASSIGN_OR_RETURN(const Trial trial, FromJson<Trial>(result, Reading::kTolerant));
    const Result<IndexRecord> record = vector::FindIndexRecord(*parts_.catalog.snapshot(), trial.index_name);
    if (!record.ok() || !record->live) return std::optional<EndedTurn>();
    LAKE_ASSIGN_OR_RETURN(const TrialJournal journal, parts_.journals.Read(context, record->name));
    const PromotionChoice choice = ChoosePromotion(
        {.record = *record, .journal = journal.trials, .eval_set = record->name, .failed = {}}, min_recall_);
    AgentDecision decision = {.at = {},
                              .index_name = record->name,
                              .action = AgentAction::kKept,
                              .reason = choice.reason,
                              .trial_id = trial.id,
                              .config = trial.config,
                              .recall_at_k = trial.metrics.recall_at_k,
                              .recall_low = trial.metrics.recall_low,
                              .search_latency_p50_us = trial.metrics.search_latency_p50_us};
    if (choice.trial) Promote(context, *choice.trial, &decision);
    return std::optional(EndedTurn{.decision = std::move(decision)});
  }

 private:
  void Promote(const Context& context, const Trial& trial, AgentDecision* decision) {
    const Status promoted = parts_.promotions.PromoteOnce(context, trial.index_name,
                                                          {.config = trial.config,
                                                           .trial_id = trial.id,
                                                           .promoted_by = kAgentActor,
                                                           .note = WinnerNote(trial)});
    decision->action = promoted.ok() ? AgentAction::kPromoted : AgentAction::kFailed;
    if (!promoted.ok()) decision->reason += "; " + promoted.error().message();
  }

  const AgentParts& parts_;
  const double min_recall_;
};

/// A turn is a run of autotune by its strategy model, which promotes by itself.
class ModelRuns final : public AgentTurns {
 public:
  ModelRuns(const AgentParts& parts, double min_recall) : parts_(parts), min_recall_(min_recall) {}

  std::string_view job_kind() const override { return kAutotuneJob; }
  /// A first graph, what is judged, and what it is judged beside.
  uint64_t least_trials() const override { return kJudgedTrials + 4; }

  Result<std::optional<PlannedTurn>> Plan(const access::Request& request, const TunedIndex& index,
                                          uint64_t trials_left) override {
    LAKE_CHECK(trials_left >= least_trials());
    const uint64_t to_try =
        std::min(trials_left - kJudgedTrials, static_cast<uint64_t>(kMaxTrialsBounds.high));
    AutotuneRequest wanted = {.index_name = index.record.name,
                              .harness = std::string(index.eval_set),
                              .limits = {.min_recall = min_recall_},
                              .strategy = TuningStrategy::kModel,
                              .max_trials = static_cast<uint32_t>(to_try),
                              .signature = kAgentActor};
    const auto& promotions = index.record.promotions;
    if (promotions && promotions->rolled_back)
      for (const vector::Promotion& gone : *promotions->rolled_back) wanted.barred.push_back(gone.config);
    LAKE_ASSIGN_OR_RETURN(JsonValue payload, parts_.autotune.Prepare(request, wanted));
    return std::optional(PlannedTurn{
        .payload = std::move(payload),
        .trials = to_try + kJudgedTrials,
        .why = fmt::format("what a model expects most of, {} trials at most", to_try + kJudgedTrials)});
  }

  void Release(const JsonValue& payload) override { parts_.autotune.Release(payload); }

  Result<std::optional<EndedTurn>> End(const Context& /*context*/, const JsonValue& result) override {
    LAKE_ASSIGN_OR_RETURN(const Autotuned tuned, FromJson<Autotuned>(result, Reading::kTolerant));
    AgentDecision decision = {.at = {},
                              .index_name = tuned.index_name,
                              .action = tuned.promoted ? AgentAction::kPromoted : AgentAction::kKept,
                              .reason = tuned.decision ? tuned.decision->reason : ""};
    if (tuned.winner && !tuned.promoted) decision.action = AgentAction::kFailed;
    if (tuned.reason && tuned.reason != decision.reason)
      decision.reason += (decision.reason.empty() ? "" : "; ") + *tuned.reason;
    if (tuned.decision) {
      const JudgedConfig& judged = tuned.decision->candidate;
      decision.trial_id = judged.trial_id;
      decision.config = judged.config;
      decision.recall_at_k = judged.recall_at_k;
      decision.recall_low = judged.recall_bound;
      decision.search_latency_p50_us = judged.search_latency_p50_us;
    }
    return std::optional(EndedTurn{.decision = std::move(decision), .trials = tuned.trials_run});
  }

 private:
  const AgentParts& parts_;
  const double min_recall_;
};

}  // namespace

std::unique_ptr<AgentTurns> MakeAgentTurns(const AgentParts& parts, const AgentOptions& options) {
  if (options.strategy == AgentStrategy::kModel)
    return std::make_unique<ModelRuns>(parts, options.min_recall);
  return std::make_unique<SingleTrials>(parts, options.min_recall);
}

}  // namespace lake::tuning
