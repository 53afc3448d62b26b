#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "autotune_choice.h"
#include "lake/common/error_at.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/common/mutex.h"
#include "lake/tuning/autotune.h"

namespace lake::tuning {
namespace {

constexpr const char* kNote = "autotune";

/// One trial of a run: its id is chosen before, so that a run that goes on finds what it has.
struct PlannedTrial {
  std::string trial_id;
  vector::HnswConfig config;
};

/// What a job of kind kAutotuneJob was asked for.
struct AutotuneJob {
  std::string index_name;
  std::string harness;
  TuningLimits limits;
  std::vector<PlannedTrial> trials;
  std::vector<std::string> skipped;
  std::string created_by;
};

}  // namespace
}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::PlannedTrial> {
  using T = lake::tuning::PlannedTrial;
  static constexpr auto kFields = std::tuple{Required("trial_id", &T::trial_id, "Id of the trial."),
                                             Required("config", &T::config, "What is tried.")};
};
template <>
struct lake::Describe<lake::tuning::AutotuneJob> {
  using T = lake::tuning::AutotuneJob;
  static constexpr auto kFields = std::tuple{Required("index_name", &T::index_name, "The index."),
                                             Required("harness", &T::harness, "Eval set."),
                                             Required("limits", &T::limits, "What a winner has to meet."),
                                             Required("trials", &T::trials, "What is tried, in this order."),
                                             Required("skipped", &T::skipped, "What is not, and why."),
                                             Required("created_by", &T::created_by, "Who asked for it.")};
};

namespace lake::tuning {
namespace {

using access::Request;
using vector::IndexInfo;

class Service final : public AutotuneService {
 public:
  explicit Service(const AutotuneParts& parts) : parts_(parts) {}

  Result<JsonValue> Prepare(const Request& request, const AutotuneRequest& wanted) override {
    Result<IndexInfo> index = parts_.indexes.Find(request, wanted.index_name);
    if (!index.ok()) return At(std::move(index).error(), "/index_name");
    Result<EvalSet> set = parts_.evals.Find(request, wanted.harness);
    if (!set.ok()) return At(std::move(set).error(), "/harness");
    LAKE_RETURN_IF_ERROR(parts_.open_indexes.Find(request.context, index->record));
    if (wanted.grid.size() > kMaxGridConfigs)
      return At(
          InvalidArgument("grid_too_large", "at most {} configurations are tried at once", kMaxGridConfigs),
          "/grid");
    CheckedGrid grid = CheckBounds(wanted.grid);
    if (grid.configs.empty())
      return At(InvalidArgument("grid_rejected", "all configs rejected by bounds check"), "/grid");
    AutotuneJob job = {.index_name = index->record.name,
                       .harness = set->name,
                       .limits = wanted.limits,
                       .trials = {},
                       .skipped = std::move(grid.skipped),
                       .created_by = request.caller.name};
    for (const size_t position : OrderByBuild(grid.configs))
      job.trials.push_back({NewTrialId(parts_.clock.Now(), parts_.random), grid.configs[position]});
    if (!Reserve(job.index_name))
      return AlreadyExists("autotune_running",
                           "index '{}' is being tuned already; wait for that job or cancel it",
                           job.index_name);
    return ToJson(job);
  }

  void Release(const JsonValue& payload) override LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    running_.erase(Fold(payload.FindString("index_name")));
  }

  jobs::JobKind Kind() override {
    return {.work = [this](jobs::JobRun& run) { return Work(run); },
            .cleanup = [this](const JsonValue& payload) { Release(payload); },
            .in_use = [this](const JsonValue& payload) { Reserve(payload.FindString("index_name")); }};
  }

 private:
  bool Reserve(std::string_view index_name) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return running_.insert(Fold(index_name)).second;
  }

  Result<JsonValue> Work(jobs::JobRun& run) {
    const auto started = std::chrono::steady_clock::now();
    LAKE_ASSIGN_OR_RETURN(const AutotuneJob job, FromJson<AutotuneJob>(run.payload(), Reading::kTolerant));
    Autotuned tuned = {.index_name = job.index_name, .winner = {}, .skipped = job.skipped, .failed = {}};
    LAKE_ASSIGN_OR_RETURN(const std::vector<Trial> trials, TryAll(run, job, &tuned.failed));
    tuned.trials_run = trials.size();
    tuned.trials_eligible = static_cast<uint64_t>(
        std::ranges::count_if(trials, [&](const Trial& trial) { return IsEligible(trial, job.limits); }));
    if (const std::optional<size_t> winner = FindWinner(trials, job.limits)) {
      const Trial& best = trials[*winner];
      tuned.winner = {.trial_id = best.id,
                      .config = best.config,
                      .recall_at_k = best.metrics.recall_at_k,
                      .search_latency_p50_us = best.metrics.search_latency_p50_us,
                      .build_time_secs = best.metrics.build_time_secs};
      const Status promoted = Promote(run.context(), best);
      tuned.promoted = promoted.ok();
      if (!promoted.ok()) tuned.reason = promoted.error().message();
    } else {
      tuned.reason = fmt::format("none of {} trials is within the limits", trials.size());
    }
    tuned.duration_secs = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return ToJson(tuned);
  }

  /// In the order of the job. A trial that fails is told; the end of the context ends all.
  Result<std::vector<Trial>> TryAll(jobs::JobRun& run, const AutotuneJob& job,
                                    std::vector<FailedTrial>* failed) {
    const Context& context = run.context();
    LAKE_ASSIGN_OR_RETURN(TrialJournal journal, parts_.journals.Read(context, job.index_name));
    LAKE_ASSIGN_OR_RETURN(
        const std::unique_ptr<TrialSeries> series,
        parts_.runner.Open(context, job.index_name, job.harness, [&](uint64_t done, uint64_t total) {
          run.ReportProgress(done, total, "queries");
        }));
    std::vector<Trial> trials;
    for (size_t done = 0; done < job.trials.size(); ++done) {
      run.ReportProgress(done, job.trials.size(), "trials");
      const PlannedTrial& planned = job.trials[done];
      const auto known = std::ranges::find(journal.trials, planned.trial_id, &Trial::id);
      if (known != journal.trials.end()) {
        trials.push_back(std::move(*known));
        continue;
      }
      Result<Trial> trial = series->Run(context, {.trial_id = planned.trial_id,
                                                  .config = planned.config,
                                                  .note = kNote,
                                                  .created_by = job.created_by});
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      if (trial.ok())
        trials.push_back(*std::move(trial));
      else
        failed->push_back({planned.config, trial.error().message()});
    }
    run.ReportProgress(job.trials.size(), job.trials.size(), "trials");
    return trials;
  }

  Status Promote(const Context& context, const Trial& best) {
    return parts_.promotions.PromoteOnce(
        context, best.index_name,
        {.config = best.config,
         .trial_id = best.id,
         .promoted_by = kNote,
         .note = fmt::format("autotune winner: recall={:.3f} p50={:.0f}us", best.metrics.recall_at_k,
                             best.metrics.search_latency_p50_us)});
  }

  const AutotuneParts parts_;
  Mutex mutex_;
  std::set<std::string> running_ LAKE_GUARDED_BY(mutex_);  ///< Folded names of indexes that are being tuned.
};

}  // namespace

std::unique_ptr<AutotuneService> AutotuneService::Make(const AutotuneParts& parts) {
  return std::make_unique<Service>(parts);
}

}  // namespace lake::tuning
