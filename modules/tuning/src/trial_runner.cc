#include "lake/tuning/trial_runner.h"

#include <cmath>
#include <utility>

#include "evaluation.h"
#include "ground_truth.h"
#include "lake/ann/kernels.h"
#include "model_search.h"
#include "trial_build.h"

namespace lake::tuning {
namespace {

using vector::HnswConfig;
using vector::IndexRecord;

/// What a series is about.
struct Subject {
  IndexRecord record;
  std::shared_ptr<vector::OpenIndex> index;
  EvalSet set;
  AskedQueries queries;
  EmbeddingCache::Lease vectors;
};

class Series final : public TrialSeries {
 public:
  Series(const TrialRunnerParts& parts, const TrialRunnerOptions& options, Subject subject)
      : parts_(parts), options_(options), subject_(std::move(subject)) {}

  Result<Trial> Run(const Context& context, const TrialOrder& order) override {
    LAKE_RETURN_IF_ERROR(BuildFor(order, context.cancel));
    LAKE_ASSIGN_OR_RETURN(const Evaluation evaluation,
                          Evaluate(build_->index(), subject_.queries,
                                   SearchOptionsOf(order.config, subject_.set.k), context.cancel));
    LAKE_RETURN_IF_ERROR(MeasureBruteForce(build_->index(), context.cancel));
    Trial trial = Record(order, evaluation, build_->index());
    trial.metrics.build_time_secs = build_->build_secs();
    trial.build = build_->statistics();
    trial.build_id = build_->build_id();
    LAKE_RETURN_IF_ERROR(parts_.journals.Append(context, subject_.record.bucket, trial));
    return trial;
  }

  Result<SearchedVectors> Searched() override {
    const size_t dimensions = subject_.queries.dimensions;
    if (!tune_) tune_ = QueriesOf(subject_.set, dimensions, EvalHalf::kTune);
    if (!validate_) validate_ = QueriesOf(subject_.set, dimensions, EvalHalf::kValidate);
    if (tune_->count() == 0 || validate_->count() == 0)
      return FailedPrecondition(
          "no_eval_queries",
          "eval set '{}' has no queries in one of its halves: choosing and judging need "
          "some each",
          subject_.set.name);
    return SearchedVectors{.material = {.vectors = subject_.vectors->matrix(),
                                        .ids = subject_.vectors->ids,
                                        .threads = options_.threads},
                           .tune = *tune_,
                           .validate = *validate_,
                           .k = subject_.set.k};
  }

  Result<Trial> Keep(const Context& context, const TrialOrder& order, const MeasuredWalk& walk) override {
    LAKE_RETURN_IF_ERROR(MeasureBruteForce(walk.graph.index, context.cancel));
    if (!walked_ || walked_->first != walk.build)
      walked_ = {walk.build, parts_.random.NextUuid(parts_.clock.Now().micros / 1000)};
    Trial trial = Record(order, walk.evaluation, walk.graph.index);
    trial.config = walk.config;
    trial.metrics.build_time_secs = walk.graph.build_secs;
    trial.build = walk.graph.statistics;
    trial.build_id = walked_->second;
    trial.half = walk.half;
    LAKE_RETURN_IF_ERROR(parts_.journals.Append(context, subject_.record.bucket, trial));
    return trial;
  }

  std::vector<Trial> Comparable(const std::vector<Trial>& trials) const override {
    std::vector<Trial> comparable;
    for (const Trial& trial : trials)
      if (trial.eval_set == subject_.set.name && trial.k == subject_.set.k &&
          trial.generation == subject_.index->generation().id && trial.half == EvalHalf::kTune &&
          trial.cpu_features == CpuFeatures())
        comparable.push_back(trial);
    return comparable;
  }

 private:
  static std::string CpuFeatures() { return std::string(ann::TargetName(ann::BestKernels().target)); }

  Status MeasureBruteForce(const ann::Index& index, const CancelToken& cancel) {
    if (brute_force_us_) return {};
    LAKE_ASSIGN_OR_RETURN(brute_force_us_,
                          BruteForceLatency(index, subject_.queries, subject_.set.k, cancel));
    return {};
  }

  Status BuildFor(const TrialOrder& order, const CancelToken& cancel) {
    if (build_ != nullptr && vector::BuildSameGraph(built_, order.config)) return {};
    build_.reset();  // Before the next one: two graphs would need twice the memory.
    LAKE_ASSIGN_OR_RETURN(
        build_, TrialBuild::Make(subject_.vectors,
                                 {.slot = fmt::format("{}__{}", subject_.record.name, order.trial_id),
                                  .build_id = parts_.random.NextUuid(parts_.clock.Now().micros / 1000),
                                  .config = order.config,
                                  .threads = options_.threads},
                                 parts_.log, cancel));
    built_ = order.config;
    return {};
  }

  /// Without what its build was.
  Trial Record(const TrialOrder& order, const Evaluation& evaluation, const ann::Index& index) const {
    const auto counted = [](double mean) { return std::isnan(mean) ? std::nullopt : std::optional(mean); };
    return {.id = order.trial_id,
            .index_name = subject_.record.name,
            .eval_set = subject_.set.name,
            .config = order.config,
            .metrics = {.search_latency_p50_us = Percentile(evaluation.latencies_us, 0.50),
                        .search_latency_p95_us = Percentile(evaluation.latencies_us, 0.95),
                        .search_latency_p99_us = Percentile(evaluation.latencies_us, 0.99),
                        .recall_at_k = evaluation.recall,
                        .memory_bytes = index.memory_bytes(),
                        .vectors = index.rows(),
                        .eval_queries = evaluation.hits.size(),
                        .brute_force_latency_us = *brute_force_us_,
                        .recall_low = evaluation.interval.low,
                        .recall_high = evaluation.interval.high,
                        .distances_mean = counted(evaluation.distances_mean),
                        .hops_mean = counted(evaluation.hops_mean)},
            .created_at = parts_.clock.Now(),
            .note = order.note,
            .k = subject_.set.k,
            .generation = subject_.index->generation().id,
            .dataset_version = subject_.index->generation().dataset_version,
            .code_version = options_.code_version,
            .cpu_features = CpuFeatures(),
            .created_by = order.created_by,
            .per_query_hits = evaluation.hits};
  }

  const TrialRunnerParts parts_;
  const TrialRunnerOptions& options_;
  const Subject subject_;
  std::unique_ptr<TrialBuild> build_;  ///< Of built_; its slot is named after the first trial.
  HnswConfig built_;
  std::optional<std::pair<uint64_t, std::string>> walked_;  ///< MeasuredWalk::build kept last, its build_id.
  std::optional<AskedQueries> tune_;
  std::optional<AskedQueries> validate_;
  std::optional<double> brute_force_us_;  ///< Of the same vectors, whatever was built of them.
};

}  // namespace

TrialRunner::TrialRunner(const TrialRunnerParts& parts, TrialRunnerOptions options)
    : parts_(parts), options_(std::move(options)), cache_(options_.cache_bytes) {}

Result<std::unique_ptr<TrialSeries>> TrialRunner::Open(const Context& context, std::string_view index_name,
                                                       std::string_view eval_set, const Progress& queries) {
  Subject subject;
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  LAKE_ASSIGN_OR_RETURN(subject.record, vector::FindIndexRecord(*snapshot, index_name));
  LAKE_ASSIGN_OR_RETURN(subject.index, parts_.open_indexes.Find(context, subject.record));
  LAKE_ASSIGN_OR_RETURN(subject.set,
                        parts_.evals.ForTrial(context, eval_set, subject.record, *subject.index, queries));
  subject.queries = QueriesOf(subject.set, subject.record.model.dimensions, std::nullopt);
  if (subject.queries.count() == 0)
    return FailedPrecondition("no_eval_queries",
                              "none of the {} queries of eval set '{}' can be asked of index '{}'",
                              subject.set.queries.size(), subject.set.name, subject.record.name);
  LAKE_ASSIGN_OR_RETURN(subject.vectors, VectorsOf(context, *subject.index));
  return std::make_unique<Series>(parts_, options_, std::move(subject));
}

Result<EmbeddingCache::Lease> TrialRunner::VectorsOf(const Context& context, const vector::OpenIndex& index) {
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

}  // namespace lake::tuning
