#include "lake/tuning/trial_service.h"

#include <utility>

#include "evaluation.h"
#include "ground_truth.h"
#include "lake/ann/kernels.h"
#include "lake/common/json_io.h"
#include "trial_build.h"

namespace lake::tuning {
namespace {

using access::Request;
using vector::IndexInfo;
using vector::IndexRecord;

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

Error At(Error error, std::string pointer) {
  std::string message = error.message();
  error.AddDetail(std::move(pointer), std::move(message));
  return error;
}

class Service final : public TrialService {
 public:
  Service(const TrialParts& parts, TrialOptions options)
      : parts_(parts), options_(std::move(options)), cache_(options_.cache_bytes) {}

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
    const std::optional<size_t> best = FindBest(journal.trials, by, options_.pareto);
    if (!best) return NotFound("no_trials", "index '{}' has no trials", index_name);
    return std::move(journal.trials[*best]);
  }

  Result<TrialJournal> Compact(const Request& request, std::string_view index_name) override {
    LAKE_ASSIGN_OR_RETURN(const std::string name, JournalOf(request, index_name));
    LAKE_RETURN_IF_ERROR(parts_.journals.Compact(request.context, name));
    return parts_.journals.Read(request.context, name);
  }

  EmbeddingCacheStats cache_stats() const override { return cache_.stats(); }

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

  Result<EmbeddingCache::Lease> VectorsOf(const Context& context, const vector::OpenIndex& index) {
    const ann::Matrix matrix = index.segment().vectors();
    const uint64_t bytes = matrix.rows * (matrix.dimensions * sizeof(float) + sizeof(uint64_t));
    return cache_.Get(context, index.generation().id, bytes, [&]() -> Result<CachedVectors> {
      const std::span<const uint64_t> ids = index.segment().ids();
      return CachedVectors{
          .values = std::vector<float>(matrix.data, matrix.data + matrix.rows * matrix.dimensions),
          .ids = std::vector<uint64_t>(ids.begin(), ids.end()),
          .dimensions = matrix.dimensions};
    });
  }

  Result<Trial> RunTrial(jobs::JobRun& run, const TrialJob& job) {
    constexpr uint64_t kSteps = 3;
    const Context& context = run.context();
    const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
    LAKE_ASSIGN_OR_RETURN(const IndexRecord record, vector::FindIndexRecord(*snapshot, job.index_name));
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<vector::OpenIndex> open,
                          parts_.open_indexes.Find(context, record));
    LAKE_ASSIGN_OR_RETURN(
        const EvalSet set,
        parts_.evals.ForTrial(context, job.harness, record, *open, [&](uint64_t done, uint64_t total) {
          run.ReportProgress(done, total, "queries");
        }));
    const AskedQueries queries = QueriesOf(set, record.model.dimensions);
    if (queries.count() == 0)
      return FailedPrecondition("no_eval_queries",
                                "none of the {} queries of eval set '{}' can be asked of index '{}'",
                                set.queries.size(), set.name, record.name);
    run.ReportProgress(0, kSteps, "steps");
    LAKE_ASSIGN_OR_RETURN(EmbeddingCache::Lease vectors, VectorsOf(context, *open));
    run.ReportProgress(1, kSteps, "steps");
    LAKE_ASSIGN_OR_RETURN(
        const std::unique_ptr<TrialBuild> build,
        TrialBuild::Make(std::move(vectors),
                         {.slot = fmt::format("{}__{}", record.name, job.trial_id),
                          .build_id = parts_.random.NextUuid(parts_.clock.Now().micros / 1000),
                          .ef_construction = job.config.ef_construction,
                          .seed = job.config.seed,
                          .threads = options_.threads},
                         parts_.log, context.cancel));
    run.ReportProgress(2, kSteps, "steps");
    LAKE_ASSIGN_OR_RETURN(
        const Evaluation evaluation,
        Evaluate(build->index(), queries, {.k = set.k, .ef_search = job.config.ef_search}, context.cancel));
    LAKE_ASSIGN_OR_RETURN(const double brute_force_us,
                          BruteForceLatency(build->index(), queries, set.k, context.cancel));
    Trial trial = Record(job, *open, set, *build, evaluation);
    trial.metrics.brute_force_latency_us = brute_force_us;
    const std::string bucket = record.bucket.empty() ? storage::kPrimaryBucket.value() : record.bucket;
    LAKE_RETURN_IF_ERROR(parts_.journals.Append(context, bucket, trial));
    run.ReportProgress(kSteps, kSteps, "steps");
    return trial;
  }

  Trial Record(const TrialJob& job, const vector::OpenIndex& index, const EvalSet& set,
               const TrialBuild& build, const Evaluation& evaluation) const {
    return {.id = job.trial_id,
            .index_name = job.index_name,
            .eval_set = set.name,
            .config = job.config,
            .metrics = {.build_time_secs = build.build_secs(),
                        .search_latency_p50_us = Percentile(evaluation.latencies_us, 0.50),
                        .search_latency_p95_us = Percentile(evaluation.latencies_us, 0.95),
                        .search_latency_p99_us = Percentile(evaluation.latencies_us, 0.99),
                        .recall_at_k = evaluation.recall,
                        .memory_bytes = build.index().memory_bytes(),
                        .vectors = build.index().rows(),
                        .eval_queries = evaluation.hits.size(),
                        .recall_low = evaluation.interval.low,
                        .recall_high = evaluation.interval.high,
                        .distances_mean = evaluation.distances_mean,
                        .hops_mean = evaluation.hops_mean},
            .created_at = parts_.clock.Now(),
            .note = job.note,
            .k = set.k,
            .build_id = build.build_id(),
            .build = build.statistics(),
            .generation = index.generation().id,
            .dataset_version = index.generation().dataset_version,
            .code_version = options_.code_version,
            .cpu_features = std::string(ann::TargetName(ann::BestKernels().target)),
            .created_by = job.created_by,
            .per_query_hits = evaluation.hits};
  }

  const TrialParts parts_;
  const TrialOptions options_;
  EmbeddingCache cache_;
};

}  // namespace

std::unique_ptr<TrialService> TrialService::Make(const TrialParts& parts, TrialOptions options) {
  return std::make_unique<Service>(parts, std::move(options));
}

}  // namespace lake::tuning
