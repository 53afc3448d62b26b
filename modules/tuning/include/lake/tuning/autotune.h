// Autotune: a grid of configurations is tried on an index, and the best that finds enough is promoted.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/access/request.h"
#include "lake/common/describe.h"
#include "lake/jobs/job_service.h"
#include "lake/tuning/decision.h"
#include "lake/tuning/strategy.h"
#include "lake/tuning/trial_runner.h"
#include "lake/vector/index_service.h"
#include "lake/vector/promotion_service.h"

namespace lake::tuning {

inline constexpr std::string_view kAutotuneJob = "autotune";
inline constexpr size_t kMaxGridConfigs = 200;
/// Note of the trials of a run, and who promotes its winner.
inline constexpr const char* kAutotuneSignature = "autotune";

/// As it comes in: one that is out of bounds is skipped, and said.
struct GridConfig {
  int64_t ef_construction = 80;
  int64_t ef_search = 30;
  std::optional<uint64_t> seed = {};
  std::optional<int64_t> degree = {};
  std::optional<double> alpha = {};
  std::optional<ann::Code> code = {};
  std::optional<int64_t> rerank = {};
};

/// (20,30) (40,30) (80,30) (80,60) (160,30), seed 42.
std::vector<GridConfig> DefaultGrid();

/// What a winner has to meet besides.
struct TuningLimits {
  double min_recall = 0.9;
  std::optional<double> max_p95_us;
  std::optional<uint64_t> max_memory_bytes;
  std::optional<double> max_build_secs;
};

inline constexpr Bounds kMaxTrialsBounds = {1, 200};
inline constexpr uint32_t kDefaultMaxTrials = 20;
inline constexpr Bounds kMaxCpuSecsBounds = {1, 86'400};

struct AutotuneRequest {
  std::string index_name;
  std::string harness;  ///< Name of the eval set.
  TuningLimits limits;
  TuningStrategy strategy = TuningStrategy::kGrid;
  std::optional<std::vector<GridConfig>> grid = {};  ///< Of kGrid; none: DefaultGrid().
  // Of the strategies that propose.
  std::optional<uint32_t> max_trials = {};  ///< None: kDefaultMaxTrials.
  std::optional<double> max_cpu_secs = {};  ///< Of the process, before the winner is judged; none: any.
  // Not for requests that come in.
  std::string signature = kAutotuneSignature;
  std::vector<vector::HnswConfig> barred = {};  ///< Of kModel: what is not promoted, whatever it finds.
};

struct AutotuneWinner {
  std::string trial_id;
  vector::HnswConfig config;
  double recall_at_k = 0;
  double search_latency_p50_us = 0;
  double build_time_secs = 0;
};

struct FailedTrial {
  vector::HnswConfig config;
  std::string error;
};

struct Autotuned {
  std::string index_name;
  uint64_t trials_run = 0;       ///< In the journal.
  uint64_t trials_eligible = 0;  ///< Of these within the limits.
  std::optional<AutotuneWinner> winner;
  bool promoted = false;
  double duration_secs = 0;
  std::vector<std::string> skipped;  ///< Why configurations were not tried.
  std::vector<FailedTrial> failed;
  std::optional<std::string> reason = {};  ///< Why nothing was promoted.
  std::optional<Decision> decision = {};   ///< Of kModel, when there was something to decide.
};

/// What the service works with; all of it outlives the service.
struct AutotuneParts {
  vector::IndexService& indexes;
  vector::OpenIndexes& open_indexes;
  vector::PromotionService& promotions;
  EvalService& evals;
  TrialJournals& journals;
  TrialRunner& runner;
  Clock& clock;
  RandomSource& random;
};

/// Any thread.
class AutotuneService {
 public:
  static std::unique_ptr<AutotuneService> Make(const AutotuneParts& parts);
  virtual ~AutotuneService() = default;

  /// The payload of a job of kind kAutotuneJob; from now on no other one of the index is prepared until that
  /// job has ended or Release is called. Errors, with pointers: those of IndexService::Find and
  /// EvalService::Find; failed_precondition/index_not_ready; invalid_argument/{grid_rejected,
  /// grid_too_large, not_of_strategy}; already_exists/autotune_running.
  virtual Result<JsonValue> Prepare(const access::Request& request, const AutotuneRequest& wanted) = 0;
  /// For a payload of which no job was made.
  virtual void Release(const JsonValue& payload) = 0;

  /// The job's result is an Autotuned. Run again after a crash it goes on with the configurations that are
  /// not in the journal.
  virtual jobs::JobKind Kind() = 0;
};

}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::TuningLimits> {
  using T = lake::tuning::TuningLimits;
  static constexpr auto kFields =
      std::tuple{Required("min_recall", &T::min_recall, "Least recall of a winner."),
                 Optional("max_p95_us", &T::max_p95_us, "Greatest 95th percentile of its latency."),
                 Optional("max_memory_bytes", &T::max_memory_bytes, "Most bytes that a search of it reads."),
                 Optional("max_build_secs", &T::max_build_secs, "Most seconds that its build may take.")};
};
template <>
struct lake::Describe<lake::tuning::AutotuneWinner> {
  using T = lake::tuning::AutotuneWinner;
  static constexpr std::string_view kName = "AutotuneWinner";
  static constexpr auto kFields = std::tuple{
      Required("trial_id", &T::trial_id, "Its trial."), Required("config", &T::config, "What was tried."),
      Required("recall_at_k", &T::recall_at_k, "Share of the k nearest that were found."),
      Required("search_latency_p50_us", &T::search_latency_p50_us,
               "Median latency of a query on one thread."),
      Required("build_time_secs", &T::build_time_secs, "Seconds its build took.")};
};
template <>
struct lake::Describe<lake::tuning::FailedTrial> {
  using T = lake::tuning::FailedTrial;
  static constexpr std::string_view kName = "FailedTrial";
  static constexpr auto kFields = std::tuple{Required("config", &T::config, "What could not be tried."),
                                             Required("error", &T::error, "Why.")};
};
template <>
struct lake::Describe<lake::tuning::Autotuned> {
  using T = lake::tuning::Autotuned;
  static constexpr std::string_view kName = "Autotuned";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "The index."),
      Required("trials_run", &T::trials_run, "Trials that were measured and journaled."),
      Required("trials_eligible", &T::trials_eligible, "Of these within the limits of the request."),
      Optional("winner", &T::winner, "The best of those; null when there is none.").NullWhenNone(),
      Required("promoted", &T::promoted, "Whether the winner is the promoted configuration now."),
      Required("duration_secs", &T::duration_secs, "What all of it took."),
      Required("skipped", &T::skipped, "Configurations that were not tried, and why."),
      Required("failed", &T::failed, "Configurations that could not be tried, and why."),
      Optional("reason", &T::reason, "Why nothing was promoted."),
      Optional("decision", &T::decision,
               "Of the strategy model: how the best that was found was judged beside the champion.")};
};
