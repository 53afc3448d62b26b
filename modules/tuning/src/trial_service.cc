#include "lake/tuning/trial_service.h"
#include "lake/common/error_at.h"

#include <utility>

#include "lake/common/json_io.h"

namespace lake::tuning {
namespace {

using access::Request;
using vector::IndexInfo;

/// What a job of kind kTrialJob was asked for.
struct TrialJob {
  std::string trial_id;
  std::string index_name;
  std::string harness;
  vector::HnswConfig config;
  std::optional<std::string> note;
  std::string created_by;
};

}  // namespace
}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::TrialJob> {
  using T = lake::tuning::TrialJob;
  static constexpr auto kFields =
      std::tuple{Required("trial_id", &T::trial_id, "Id of the trial."),
                 Required("index_name", &T::index_name, "The index."),
                 Required("harness", &T::harness, "Eval set."),
                 Required("config", &T::config, "What is tried."),
                 Optional("note", &T::note, "What somebody wanted to remember of it."),
                 Required("created_by", &T::created_by, "Who asked for it.")};
};

namespace lake::tuning {
namespace {

class LocalTrialService final : public TrialService {
 public:
  LocalTrialService(const TrialParts& parts, const ParetoRule& pareto) : parts_(parts), pareto_(pareto) {}

  Result<JsonValue> Prepare(const Request& request, const NewTrial& wanted) override {
    Result<IndexInfo> index = parts_.indexes.Find(request, wanted.index_name);
    if (!index.ok()) return At(std::move(index).error(), "/index_name");
    Result<EvalSet> set = parts_.evals.Find(request, wanted.harness);
    if (!set.ok()) return At(std::move(set).error(), "/harness");
    LAKE_RETURN_IF_ERROR(parts_.open_indexes.Find(request.context, index->record));
    return ToJson(TrialJob{.trial_id = NewTrialId(parts_.clock.Now(), parts_.random),
                           .index_name = index->record.name,
                           .harness = set->name,
                           .config = wanted.config,
                           .note = wanted.note,
                           .created_by = request.caller.name});
  }

  jobs::JobWork Work() override {
    return [this](jobs::JobRun& run) -> Result<JsonValue> {
      LAKE_ASSIGN_OR_RETURN(const TrialJob job, FromJson<TrialJob>(run.payload(), Reading::kTolerant));
      Result<Trial> trial = parts_.journals.Find(run.context(), job.index_name, job.trial_id);
      if (!trial.ok() && trial.error().Is("trial_not_found")) trial = RunTrial(run, job);
      if (!trial.ok()) return std::move(trial).error();
      return ToJson(*trial);
    };
  }

  Result<TrialJournal> Read(const Request& request, std::string_view index_name) const override {
    LAKE_ASSIGN_OR_RETURN(const std::string name, JournalOf(request, index_name));
    return parts_.journals.Read(request.context, name);
  }

  Result<Trial> Best(const Request& request, std::string_view index_name, BestBy by) const override {
    LAKE_ASSIGN_OR_RETURN(TrialJournal journal, Read(request, index_name));
    const std::optional<size_t> best = FindBest(journal.trials, by, pareto_);
    if (!best) return NotFound("no_trials", "index '{}' has no trials", index_name);
    return std::move(journal.trials[*best]);
  }

  Result<TrialJournal> Compact(const Request& request, std::string_view index_name) override {
    LAKE_ASSIGN_OR_RETURN(const std::string name, JournalOf(request, index_name));
    LAKE_RETURN_IF_ERROR(parts_.journals.Compact(request.context, name));
    return parts_.journals.Read(request.context, name);
  }

 private:
  /// The index as its journal has it.
  Result<std::string> JournalOf(const Request& request, std::string_view name) const {
    const Result<IndexInfo> index = parts_.indexes.Find(request, name);
    if (index.ok()) return index->record.name;
    if (!index.error().Is("index_not_found")) return index.error();
    if (!MayKnowIndex(parts_.indexes, request, name) || !vector::CheckIndexName(name).ok())
      return index.error();
    LAKE_ASSIGN_OR_RETURN(const TrialJournal journal, parts_.journals.Read(request.context, name));
    if (journal.trials.empty()) return index.error();
    return std::string(name);
  }

  Result<Trial> RunTrial(jobs::JobRun& run, const TrialJob& job) {
    constexpr uint64_t kSteps = 2;
    LAKE_ASSIGN_OR_RETURN(
        const std::unique_ptr<TrialSeries> series,
        parts_.runner.Open(run.context(), job.index_name, job.harness, [&](uint64_t done, uint64_t total) {
          run.ReportProgress(done, total, "queries");
        }));
    run.ReportProgress(1, kSteps, "steps");
    LAKE_ASSIGN_OR_RETURN(Trial trial, series->Run(run.context(), {.trial_id = job.trial_id,
                                                                   .config = job.config,
                                                                   .note = job.note,
                                                                   .created_by = job.created_by}));
    run.ReportProgress(kSteps, kSteps, "steps");
    return trial;
  }

  const TrialParts parts_;
  const ParetoRule pareto_;
};

}  // namespace

std::unique_ptr<TrialService> TrialService::Make(const TrialParts& parts, const ParetoRule& pareto) {
  return std::make_unique<LocalTrialService>(parts, pareto);
}

}  // namespace lake::tuning
