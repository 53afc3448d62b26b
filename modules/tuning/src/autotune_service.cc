#include <set>
#include <utility>

#include "autotune_choice.h"
#include "autotune_job.h"
#include "autotune_run.h"
#include "lake/common/error_at.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/common/mutex.h"
#include "lake/tuning/autotune.h"

namespace lake::tuning {
namespace {

using access::Request;
using vector::IndexInfo;

class LocalAutotuneService final : public AutotuneService {
 public:
  explicit LocalAutotuneService(const AutotuneParts& parts) : parts_(parts) {}

  Result<JsonValue> Prepare(const Request& request, const AutotuneRequest& wanted) override {
    Result<IndexInfo> index = parts_.indexes.Find(request, wanted.index_name);
    if (!index.ok()) return At(std::move(index).error(), "/index_name");
    Result<EvalSet> set = parts_.evals.Find(request, wanted.harness);
    if (!set.ok()) return At(std::move(set).error(), "/harness");
    LAKE_RETURN_IF_ERROR(parts_.open_indexes.Find(request.context, index->record));
    AutotuneJob job = {.index_name = index->record.name,
                       .harness = set->name,
                       .limits = wanted.limits,
                       .trials = {},
                       .skipped = {},
                       .created_by = request.caller.name,
                       .strategy = wanted.strategy,
                       .champion = vector::ConfigToBuild(index->record),
                       .max_cpu_secs = wanted.max_cpu_secs,
                       .signature = wanted.signature,
                       .barred = wanted.barred};
    if (wanted.strategy == TuningStrategy::kGrid)
      LAKE_RETURN_IF_ERROR(PlanGrid(wanted, &job));
    else
      LAKE_RETURN_IF_ERROR(PlanProposals(wanted, &job));
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

  Status PlanGrid(const AutotuneRequest& wanted, AutotuneJob* job) {
    for (const auto& [given, pointer] : {std::pair(wanted.max_trials.has_value(), "/max_trials"),
                                         std::pair(wanted.max_cpu_secs.has_value(), "/max_cpu_secs")})
      if (given)
        return At(InvalidArgument("not_of_strategy", "a grid is tried whole; say what is in it instead"),
                  pointer);
    const std::vector<GridConfig> grid = wanted.grid.value_or(DefaultGrid());
    if (grid.size() > kMaxGridConfigs)
      return At(
          InvalidArgument("grid_too_large", "at most {} configurations are tried at once", kMaxGridConfigs),
          "/grid");
    CheckedGrid checked = CheckBounds(grid);
    if (checked.configs.empty())
      return At(InvalidArgument("grid_rejected", "all configs rejected by bounds check"), "/grid");
    for (const size_t position : OrderByBuild(checked.configs))
      job->trials.push_back({NewTrialId(parts_.clock.Now(), parts_.random), checked.configs[position]});
    job->skipped = std::move(checked.skipped);
    return {};
  }

  Status PlanProposals(const AutotuneRequest& wanted, AutotuneJob* job) {
    if (wanted.grid)
      return At(InvalidArgument("not_of_strategy", "the strategy '{}' proposes by itself and takes no grid",
                                NameOf(wanted.strategy)),
                "/grid");
    const size_t trials = wanted.max_trials.value_or(kDefaultMaxTrials);
    const size_t judged = wanted.strategy == TuningStrategy::kModel ? kJudgedTrials : 0;
    for (size_t i = 0; i < trials + judged; ++i)
      job->trial_ids.push_back(NewTrialId(parts_.clock.Now(), parts_.random));
    return {};
  }

  Result<JsonValue> Work(jobs::JobRun& run) {
    LAKE_ASSIGN_OR_RETURN(const AutotuneJob job, FromJson<AutotuneJob>(run.payload(), Reading::kTolerant));
    LAKE_ASSIGN_OR_RETURN(const Autotuned tuned, RunAutotune(parts_, run, job));
    return ToJson(tuned);
  }

  const AutotuneParts parts_;
  Mutex mutex_;
  std::set<std::string> running_ LAKE_GUARDED_BY(mutex_);  ///< Folded names of indexes that are being tuned.
};

}  // namespace

std::unique_ptr<AutotuneService> AutotuneService::Make(const AutotuneParts& parts) {
  return std::make_unique<LocalAutotuneService>(parts);
}

}  // namespace lake::tuning
