// The tuning agent: tries configurations of indexes by itself, one trial at a time and not too many, and
// promotes what is better. docs/decisions/0028-canary-and-agent.md.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/access/request.h"
#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/log.h"
#include "lake/jobs/job_service.h"
#include "lake/storage/object_store.h"
#include "lake/tuning/autotune.h"
#include "lake/tuning/eval_service.h"
#include "lake/tuning/trial_journals.h"
#include "lake/tuning/trial_service.h"
#include "lake/vector/index_service.h"
#include "lake/vector/promotion_service.h"

namespace lake::tuning {

/// Who asks for the agent's jobs, makes its trials (also their note) and promotes.
inline constexpr const char* kAgentActor = "agent";
/// Indexes that wait for a turn; more are refused.
inline constexpr size_t kMaxAgentQueue = 1000;
/// Decisions that are remembered; the oldest go first.
inline constexpr size_t kMaxAgentDecisions = 50;
/// Of a generation of an index, unless somebody asks for more: after so many a better one is rare.
inline constexpr size_t kTrialsAGeneration = 20;

enum class AgentStrategy {
  kEpsilonGreedy,  ///< A turn is one trial.
  kModel,          ///< A turn is a run of autotune, as many trials as may be made.
};

struct AgentOptions {
  bool enabled = false;
  AgentStrategy strategy = AgentStrategy::kEpsilonGreedy;
  uint32_t max_trials_per_hour = 20;
  std::chrono::seconds cooldown{10};  ///< Between two turns of an index.
  std::chrono::seconds wake{60};      ///< So often it looks for indexes that are worth a trial.
  uint64_t min_new_rows = 1000;       ///< So many rows more in its dataset make an index worth a trial.
  double min_recall = 0.9;            ///< Of what is promoted.
};

enum class EnqueuedBy {
  kRequest,
  kNewRows,
  kWake,  ///< There were fewer than kTrialsAGeneration trials of what is live.
};

struct QueuedIndex {
  std::string index_name;
  EnqueuedBy by = EnqueuedBy::kRequest;
  Timestamp since;
};

struct EnqueuedIndex {
  std::string index_name;
  uint64_t place = 0;  ///< From 1.
};

/// What the agent waits for.
struct AgentJob {
  std::string job_id;
  std::string kind;                            ///< kTrialJob, kAutotuneJob or kEvalJob.
  std::optional<std::string> index_name = {};  ///< None: of a process before this one.
  std::optional<vector::HnswConfig> config = {};
};

enum class AgentAction {
  kPromoted,
  kKept,     ///< After a trial: what was promoted before stays.
  kNoTrial,  ///< There was nothing to try.
  kFailed,   ///< Something could not be done.
};

struct AgentDecision {
  Timestamp at;
  std::string index_name;
  AgentAction action = AgentAction::kNoTrial;
  std::string reason;
  std::optional<std::string> trial_id = {};  ///< Of the trial that was made for it.
  std::optional<vector::HnswConfig> config = {};
  std::optional<double> recall_at_k = {};
  std::optional<double> recall_low = {};
  std::optional<double> search_latency_p50_us = {};
};

struct AgentStatus {
  bool enabled = false;
  AgentStrategy strategy = AgentStrategy::kEpsilonGreedy;
  uint32_t max_trials_per_hour = 0;
  uint64_t trials_last_hour = 0;
  std::optional<std::string> paused = {};  ///< Why it does not go on with its queue.
  std::optional<AgentJob> running = {};
  std::vector<QueuedIndex> queue = {};
  std::vector<AgentDecision> decisions = {};  ///< The newest first.
};

/// What the service works with; all of it outlives the service.
struct AgentParts {
  catalog::Catalog& catalog;
  storage::ObjectStore& store;  ///< Of the bucket `primary`.
  vector::IndexService& indexes;
  vector::PromotionService& promotions;
  EvalService& evals;
  TrialService& trials;
  AutotuneService& autotune;
  TrialJournals& journals;
  jobs::JobService& jobs;
  Clock& clock;
  Log& log;
  /// Share of the machine's cores, 0 to 1, that this process has used lately. Called by one thread.
  std::function<double()> load;
};

/// Any thread. Looks after every commit and every second on a thread of its own, when it is enabled; trials
/// and eval sets are ordinary jobs.
///
/// An index is tried with its default eval set, which has the index's name and is made when there is none. Of
/// kEpsilonGreedy each turn is one trial: first of the configuration in use, where none was measured on what
/// is live, then of what ProposeEpsilonGreedy says; of all trials of what is live with that set the best is
/// promoted, by the rule of AutotuneService. Of kModel each turn is a run of TuningStrategy::kModel with as
/// many trials as the hour has left, which promotes what is surely better. Nothing that was rolled back once
/// is promoted. A new graph is asked for where the rows are the same.
///
/// It begins no turn while the last hour had max_trials_per_hour of its own, by the journals and what runs;
/// while another job runs or waits; or while the process is busy. What waits, and which rows were seen, is
/// in an object (docs/formats/agent-state.md), put after each look that changed it: what was enqueued in the
/// moment before a crash is not, and is found again at the next wake.
class AgentService {
 public:
  /// Error: invalid_argument/too_few_trials: an hour has fewer than a turn of the strategy needs.
  static Result<std::unique_ptr<AgentService>> Start(const AgentParts& parts, const AgentOptions& options);
  /// Waits for its thread; a trial that runs goes on.
  virtual ~AgentService() = default;

  /// Gives the index a turn, also when it had enough; it keeps its place when it waits already. Errors: those
  /// of IndexService::Find; failed_precondition/{agent_disabled, index_not_ready};
  /// resource_exhausted/agent_queue_full.
  virtual Result<EnqueuedIndex> Enqueue(const access::Request& request, std::string_view index_name) = 0;
  /// Without what is of indexes that the caller may not know of.
  virtual AgentStatus status(const access::Request& request) const = 0;
};

}  // namespace lake::tuning

template <>
struct lake::DescribeEnum<lake::tuning::AgentStrategy> {
  using S = lake::tuning::AgentStrategy;
  static constexpr std::array kNames = {EnumName(S::kEpsilonGreedy, "epsilon_greedy"),
                                        EnumName(S::kModel, "model")};
};
template <>
struct lake::DescribeEnum<lake::tuning::EnqueuedBy> {
  using B = lake::tuning::EnqueuedBy;
  static constexpr std::array kNames = {EnumName(B::kRequest, "request"), EnumName(B::kNewRows, "new_rows"),
                                        EnumName(B::kWake, "wake")};
};
template <>
struct lake::DescribeEnum<lake::tuning::AgentAction> {
  using A = lake::tuning::AgentAction;
  static constexpr std::array kNames = {EnumName(A::kPromoted, "promoted"), EnumName(A::kKept, "kept"),
                                        EnumName(A::kNoTrial, "no_trial"), EnumName(A::kFailed, "failed")};
};
template <>
struct lake::Describe<lake::tuning::QueuedIndex> {
  using T = lake::tuning::QueuedIndex;
  static constexpr std::string_view kName = "QueuedIndex";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "The index."),
      Required("by", &T::by, "request; new_rows: its dataset grew; wake: what is live had few trials."),
      Required("since", &T::since, "When it was enqueued.")};
};
template <>
struct lake::Describe<lake::tuning::EnqueuedIndex> {
  using T = lake::tuning::EnqueuedIndex;
  static constexpr std::string_view kName = "EnqueuedIndex";
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "The index."),
                 Required("place", &T::place, "Its place among those that wait for a turn, from 1.")};
};
template <>
struct lake::Describe<lake::tuning::AgentJob> {
  using T = lake::tuning::AgentJob;
  static constexpr std::string_view kName = "AgentJob";
  static constexpr auto kFields = std::tuple{
      Required("job_id", &T::job_id, "The job, which can be watched and cancelled."),
      Required("kind", &T::kind, "trial; autotune: by a model; eval_set: queries are made first."),
      Optional("index_name", &T::index_name, "The index; absent when a server before this one began it."),
      Optional("config", &T::config, "What is tried.")};
};
template <>
struct lake::Describe<lake::tuning::AgentDecision> {
  using T = lake::tuning::AgentDecision;
  static constexpr std::string_view kName = "AgentDecision";
  static constexpr auto kFields = std::tuple{
      Required("at", &T::at, "When."),
      Required("index_name", &T::index_name, "The index."),
      Required("action", &T::action,
               "promoted; kept: what was promoted before stays; no_trial: there was nothing to try; failed."),
      Required("reason", &T::reason, "Why, with the figures."),
      Optional("trial_id", &T::trial_id, "The trial that was made for it."),
      Optional("config", &T::config, "What was tried."),
      Optional("recall_at_k", &T::recall_at_k, "What it found."),
      Optional("recall_low", &T::recall_low, "Lower end of the 95 % confidence interval."),
      Optional("search_latency_p50_us", &T::search_latency_p50_us,
               "Median latency of a query on one thread.")};
};
template <>
struct lake::Describe<lake::tuning::AgentStatus> {
  using T = lake::tuning::AgentStatus;
  static constexpr std::string_view kName = "AgentStatus";
  static constexpr auto kFields = std::tuple{
      Required("enabled", &T::enabled, "Whether the configuration has it: [agent] enabled."),
      Required("strategy", &T::strategy, "What proposes configurations."),
      Required("max_trials_per_hour", &T::max_trials_per_hour, "Most trials of its own in an hour."),
      Required("trials_last_hour", &T::trials_last_hour,
               "Those of the last hour, and those that what runs may make."),
      Optional("paused", &T::paused, "Why it does not go on with its queue; null when it does.")
          .NullWhenNone(),
      Optional("running", &T::running, "The job that it waits for; null when there is none.").NullWhenNone(),
      Required("queue", &T::queue, "Indexes that wait for a turn."),
      Required("decisions", &T::decisions, "What it decided last, the newest first.")};
};
