#include <algorithm>
#include <utility>

#include "canary_judgement.h"
#include "evaluation.h"
#include "ground_truth.h"
#include "lake/common/json_io.h"
#include "lake/tuning/canary.h"

namespace lake::tuning {
namespace {

struct CanaryJob {
  std::string index_name;
};

}  // namespace
}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::CanaryJob> {
  using T = lake::tuning::CanaryJob;
  static constexpr auto kFields = std::tuple{Required("index_name", &T::index_name, "The index.")};
};

namespace lake::tuning {
namespace {

using vector::CanaryRecall;
using vector::IndexRecord;
using vector::MeasuredRecall;

double Share(const ann::Answer& answer, const ann::GroundTruth& truth) {
  if (truth.count == 0) return 1;
  return static_cast<double>(ann::CountFound(answer.hits, truth)) / static_cast<double>(truth.count);
}

class LocalCanaryService final : public CanaryService {
 public:
  LocalCanaryService(const CanaryParts& parts, double min_recall) : parts_(parts), min_recall_(min_recall) {}

  jobs::JobWork Work() override {
    return [this](jobs::JobRun& run) -> Result<JsonValue> {
      LAKE_ASSIGN_OR_RETURN(const CanaryJob job, FromJson<CanaryJob>(run.payload(), Reading::kTolerant));
      LAKE_ASSIGN_OR_RETURN(const IndexRecord record,
                            vector::FindIndexRecord(*parts_.catalog.snapshot(), job.index_name));
      if (!NeedsCanary(record)) return ToJson(CanaryChecked{.index_name = record.name});
      LAKE_ASSIGN_OR_RETURN(const CanaryChecked checked, Check(run, record));
      return ToJson(checked);
    };
  }

 private:
  Result<CanaryChecked> Check(jobs::JobRun& run, const IndexRecord& record) {
    LAKE_ASSIGN_OR_RETURN(const CanaryRecall canary, Measure(run, record));
    const CanaryJudgement judgement = JudgeCanary(record, canary);
    const bool roll_back = judgement.verdict == CanaryVerdict::kRolledBack;
    const Status kept = parts_.promotions.KeepCanary(
        run.context(), record.name, canary, roll_back ? std::optional(judgement.reason) : std::nullopt);
    // What answers now is measured by another job.
    if (!kept.ok() && kept.error().Is("canary_outdated")) return CanaryChecked{.index_name = record.name};
    if (!kept.ok()) return kept.error();
    Tell(record, canary, judgement);
    return CanaryChecked{.index_name = record.name,
                         .verdict = judgement.verdict,
                         .reason = judgement.reason,
                         .canary = canary};
  }

  Result<CanaryRecall> Measure(jobs::JobRun& run, const IndexRecord& record) {
    const Context& context = run.context();
    const vector::Promotion& promotion = *record.promotions->current;
    LAKE_ASSIGN_OR_RETURN(const std::optional<Trial> trial,
                          FindTrial(context, record.name, promotion.trial_id));
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<vector::OpenIndex> index,
                          parts_.open_indexes.Find(context, record));
    LAKE_ASSIGN_OR_RETURN(
        const EvalSet sample,
        parts_.evals.Sample(context, trial ? trial->eval_set : record.name, record, *index, kCanaryQueries));
    CanaryRecall canary = {.trial_id = promotion.trial_id,
                           .promoted_at = promotion.promoted_at,
                           .generation = record.live->id,
                           .ef_search = static_cast<uint32_t>(UsualWalk(record).ef_search),
                           .eval_set = sample.name.empty() ? std::nullopt : std::optional(sample.name),
                           .recall = {},
                           .floor = CanaryFloor(trial, min_recall_),
                           .measured_at = parts_.clock.Now()};
    LAKE_ASSIGN_OR_RETURN(canary.recall, Ask(run, *index, sample, UsualWalk(record)));
    return canary;
  }

  Result<std::optional<Trial>> FindTrial(const Context& context, const std::string& index,
                                         const std::string& trial_id) const {
    Result<Trial> trial = parts_.journals.Find(context, index, trial_id);
    if (trial.ok()) return std::optional(*std::move(trial));
    if (trial.error().Is("trial_not_found")) return std::optional<Trial>();
    return std::move(trial).error();
  }

  /// Through the graph, as a search walks it that names its effort.
  static Result<MeasuredRecall> Ask(jobs::JobRun& run, vector::OpenIndex& index, const EvalSet& set,
                                    const vector::WalkSettings& walk) {
    const AskedQueries queries = QueriesOf(set, index.segment().dimensions(), std::nullopt);
    if (queries.count() == 0)
      return FailedPrecondition("no_eval_queries", "there is no query that the index could be asked");
    double sum = 0;
    for (size_t i = 0; i < queries.count(); ++i) {
      run.ReportProgress(i, queries.count(), "queries");
      LAKE_RETURN_IF_ERROR(run.context().CheckAlive());
      LAKE_ASSIGN_OR_RETURN(
          const ann::Answer answer,
          index.FindNearest(queries.vector(i), {.k = set.k, .ef_search = walk.ef_search, .usual = walk},
                            run.context().cancel));
      sum += Share(answer, queries.truths[i]);
    }
    const double mean = sum / static_cast<double>(queries.count());
    const ann::Interval interval = ann::WilsonInterval(mean, queries.count());
    return MeasuredRecall{.k = set.k,
                          .queries = static_cast<uint32_t>(queries.count()),
                          .mean = mean,
                          .low = interval.low,
                          .high = interval.high};
  }

  void Tell(const IndexRecord& record, const CanaryRecall& canary, const CanaryJudgement& judgement) const {
    const LogLevel level = judgement.verdict == CanaryVerdict::kHolds ? LogLevel::kInfo : LogLevel::kWarning;
    const std::array<Log::Field, 4> fields = {Log::Field{"index", record.name},
                                              {"trial_id", canary.trial_id},
                                              {"verdict", std::string(NameOf(judgement.verdict))},
                                              {"reason", judgement.reason}};
    parts_.log.Write(level, "canary_measured", fields);
  }

  const CanaryParts parts_;
  const double min_recall_;
};

}  // namespace

std::unique_ptr<CanaryService> CanaryService::Make(const CanaryParts& parts, double min_recall) {
  return std::make_unique<LocalCanaryService>(parts, min_recall);
}

JsonValue CanaryService::Payload(std::string_view index_name) {
  return ToJson(CanaryJob{.index_name = std::string(index_name)});
}

}  // namespace lake::tuning
