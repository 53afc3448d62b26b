#include "lake/tuning/eval_service.h"
#include "lake/common/error_at.h"

#include <algorithm>
#include <utility>

#include "eval_generator.h"
#include "eval_sample.h"
#include "eval_sets.h"
#include "ground_truth.h"
#include "lake/access/decision.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"

namespace lake::tuning {
namespace {

using access::Request;
using vector::IndexInfo;
using vector::IndexRecord;

/// What a job of kind kEvalJob was asked for.
struct EvalJob {
  std::string name;
  std::string index_name;
  uint32_t count = 0;
  uint32_t k = 0;
  uint64_t seed = 42;
  std::string created_by;
};

}  // namespace
}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::EvalJob> {
  using T = lake::tuning::EvalJob;
  static constexpr auto kFields = std::tuple{Required("name", &T::name, "Name of the set."),
                                             Required("index_name", &T::index_name, "The index."),
                                             Required("count", &T::count, "Most queries."),
                                             Required("k", &T::k, "Neighbours that are asked for."),
                                             Required("seed", &T::seed, "What decides which queries."),
                                             Required("created_by", &T::created_by, "Who asked for it.")};
};

namespace lake::tuning {
namespace {

EvalSetInfo InfoOf(const EvalSet& set, const std::string& bucket) {
  const auto in_half = [&](EvalHalf half) {
    return static_cast<uint64_t>(std::ranges::count(set.queries, std::optional(half), &EvalQuery::half));
  };
  return {.name = set.name,
          .k = set.k,
          .queries = set.queries.size(),
          .tune = in_half(EvalHalf::kTune),
          .validate = in_half(EvalHalf::kValidate),
          .ground_truth_built = set.ground_truth_built,
          .index_name = set.index_name,
          .truth_source = set.truth_source,
          .skipped = set.skipped,
          .dropped = set.dropped,
          .bucket = bucket,
          .created_at = set.created_at,
          .created_by = set.created_by};
}

Status CheckQueries(const std::vector<EvalQuery>& queries) {
  if (queries.empty())
    return At(InvalidArgument("no_eval_queries", "a set has at least one query"), "/queries");
  uint64_t numbers = 0;
  for (size_t i = 0; i < queries.size(); ++i) {
    const EvalQuery& query = queries[i];
    const std::string pointer = fmt::format("/queries/{}", i);
    if (!query.query_embedding && (!query.text || query.text->empty()))
      return At(InvalidArgument("bad_query", "a query has a text or a query_embedding"), pointer);
    if (!query.query_embedding) continue;
    const size_t dimensions = query.query_embedding->size();
    numbers += dimensions;
    if (dimensions < ann::kMinDimensions || dimensions > ann::kMaxDimensions)
      return At(InvalidArgument("bad_query", "a vector has {} to {} numbers", ann::kMinDimensions,
                                ann::kMaxDimensions),
                pointer + "/query_embedding");
  }
  if (numbers <= kMaxEvalNumbers) return {};
  return At(InvalidArgument("eval_set_too_large", "the vectors of a set have at most {} numbers together",
                            kMaxEvalNumbers),
            "/queries");
}

/// Documents are shown to those who may find every one of them in the index.
bool SeesDocuments(const Request& request, const IndexRecord& record) {
  const auto dataset = request.snapshot->FindDataset(catalog::DatasetId(record.source));
  if (dataset == nullptr) return false;
  const Result<access::Decision> decision = access::Decide(request, *dataset, dataset->schema());
  if (!decision.ok() || !decision->row_filter().empty()) return false;
  return std::ranges::all_of(decision->columns(), [&](const access::ColumnDecision& shown) {
    const int32_t id = shown.column.field_id;
    return shown.clear() || (id != record.text_field_id && id != record.id_field_id);
  });
}

void HideTexts(EvalQuery* query) {
  query->text.reset();
  query->query_embedding.reset();
}
void HideDocuments(EvalQuery* query) {
  query->ground_truth.reset();
  query->ground_truth_distance.reset();
  if (query->documents) query->query_embedding.reset();
  query->documents.reset();
}

class LocalEvalService final : public EvalService {
 public:
  explicit LocalEvalService(const EvalParts& parts) : parts_(parts), sets_(parts.buckets) {}

  Result<EvalSetInfo> Save(const Request& request, EvalSet set) override {
    LAKE_ASSIGN_OR_RETURN(const std::string bucket, PlaceOf(request, set.name));
    LAKE_RETURN_IF_ERROR(CheckQueries(set.queries));
    set.ground_truth_built = false;
    for (EvalQuery& query : set.queries) {
      query.ground_truth.reset();
      query.ground_truth_distance.reset();
    }
    set.created_at = parts_.clock.Now();
    set.created_by = request.caller.name;
    LAKE_RETURN_IF_ERROR(sets_.Put(request.context, bucket, set));
    return InfoOf(set, bucket);
  }

  Result<JsonValue> PrepareNew(const Request& request, const NewEvalSet& wanted) override {
    Result<IndexInfo> index = parts_.indexes.Find(request, wanted.index_name);
    if (!index.ok()) return At(std::move(index).error(), "/index_name");
    LAKE_RETURN_IF_ERROR(PlaceOf(request, wanted.name));
    LAKE_RETURN_IF_ERROR(parts_.open_indexes.Find(request.context, index->record));
    if (uint64_t{wanted.count} * index->record.model.dimensions > kMaxEvalNumbers)
      return At(InvalidArgument("eval_set_too_large",
                                "the vectors of a set have at most {} numbers together: {} "
                                "queries of this index",
                                kMaxEvalNumbers, kMaxEvalNumbers / index->record.model.dimensions),
                "/count");
    return ToJson(EvalJob{.name = wanted.name,
                          .index_name = index->record.name,
                          .count = wanted.count,
                          .k = wanted.k,
                          .seed = wanted.seed.value_or(EvalJob{}.seed),
                          .created_by = request.caller.name});
  }

  jobs::JobWork Work() override {
    return [this](jobs::JobRun& run) -> Result<JsonValue> {
      LAKE_ASSIGN_OR_RETURN(const EvalJob job, FromJson<EvalJob>(run.payload(), Reading::kTolerant));
      LAKE_ASSIGN_OR_RETURN(const EvalSetInfo made, MakeSet(run, job));
      return ToJson(made);
    };
  }

  Result<EvalSet> Find(const Request& request, std::string_view name) const override {
    LAKE_ASSIGN_OR_RETURN(StoredEvalSet stored, sets_.Find(request.context, name));
    if (!MayKnow(request, stored.set))
      return NotFound("eval_set_not_found", "eval set not found: {}", name.substr(0, 100));
    Redact(request, &stored.set);
    return std::move(stored.set);
  }

  Result<std::vector<EvalSetInfo>> List(const Request& request, std::string_view after,
                                        size_t limit) const override {
    LAKE_ASSIGN_OR_RETURN(const std::vector<std::string> names, sets_.Names(request.context));
    std::vector<EvalSetInfo> infos;
    for (auto name = std::ranges::upper_bound(names, after); name != names.end() && infos.size() < limit;
         ++name) {
      const Result<StoredEvalSet> stored = sets_.Find(request.context, *name);
      if (stored.ok() && MayKnow(request, stored->set)) infos.push_back(InfoOf(stored->set, stored->bucket));
      if (stored.ok() || stored.error().Is(ErrorCode::kNotFound)) continue;
      if (!stored.error().Is(ErrorCode::kDataLoss)) return stored.error();
      parts_.log.Warning("eval_set_damaged", {{"name", *name}, {"error", stored.error().ToString()}});
    }
    return infos;
  }

  Result<EvalSet> ForTrial(const Context& context, std::string_view name, const IndexRecord& record,
                           vector::OpenIndex& index, const Progress& progress) override {
    LAKE_ASSIGN_OR_RETURN(StoredEvalSet stored, sets_.Find(context, name));
    if (HasGroundTruth(stored.set, record)) return std::move(stored.set);
    LAKE_ASSIGN_OR_RETURN(
        EvalSet built,
        BuildGroundTruth(context, {.models = parts_.models, .threads = parts_.threads, .progress = progress},
                         std::move(stored.set), record, index));
    const Status kept = sets_.Replace(context, stored, built);
    // Somebody saved another one meanwhile; this trial was asked for with the one that was there.
    if (!kept.ok() && !kept.error().Is("etag_mismatch")) return kept.error();
    return built;
  }

  Status MoveSets(const Context& context, std::string_view index_name, const std::string& from,
                  const std::string& to) override {
    LAKE_ASSIGN_OR_RETURN(const std::vector<std::string> names, sets_.Names(context));
    for (const std::string& name : names) {
      const Result<StoredEvalSet> stored = sets_.Find(context, name);
      // One that nobody can read is nobody's.
      if (!stored.ok() &&
          (stored.error().Is(ErrorCode::kNotFound) || stored.error().Is(ErrorCode::kDataLoss)))
        continue;
      if (!stored.ok()) return stored.error();
      if (stored->bucket != from || !stored->set.index_name) continue;
      if (SameFolded(*stored->set.index_name, index_name))
        LAKE_RETURN_IF_ERROR(sets_.Move(context, *stored, to));
    }
    return {};
  }

  Result<EvalSet> Sample(const Context& context, std::string_view name, const IndexRecord& record,
                         vector::OpenIndex& index, size_t count) override {
    const Progress nobody = [](uint64_t, uint64_t) {};
    const TruthParts parts = {.models = parts_.models, .threads = parts_.threads, .progress = nobody};
    Result<StoredEvalSet> stored = sets_.Find(context, name);
    if (!stored.ok() && !stored.error().Is(ErrorCode::kNotFound)) return std::move(stored).error();
    if (stored.ok()) {
      EvalSet some = ThinOut(std::move(stored->set), count);
      if (HasGroundTruth(some, record)) return some;
      return BuildGroundTruth(context, parts, std::move(some), record, index);
    }
    EvalSet made = {.name = {}, .queries = {}, .model = record.model};
    LAKE_ASSIGN_OR_RETURN(made.queries,
                          GenerateQueries(context, parts, record.model, index,
                                          {.count = count, .seed = EvalJob{}.seed}, parts_.log));
    return BuildGroundTruth(context, parts, std::move(made), record, index);
  }

 private:
  bool MayKnow(const Request& request, const EvalSet& set) const {
    return !set.index_name || MayKnowIndex(parts_.indexes, request, *set.index_name);
  }

  /// The bucket of a set that is saved.
  Result<std::string> PlaceOf(const Request& request, const std::string& name) const {
    if (Status good = CheckEvalSetName(name); !good.ok()) return At(good.error(), "/name");
    const Result<StoredEvalSet> stored = sets_.Find(request.context, name);
    if (!stored.ok() && stored.error().Is(ErrorCode::kNotFound)) return storage::kPrimaryBucket.value();
    // One that is damaged may be replaced.
    if (!stored.ok() && stored.error().Is(ErrorCode::kDataLoss)) return storage::kPrimaryBucket.value();
    if (!stored.ok()) return stored.error();
    if (!MayKnow(request, stored->set))
      return At(
          AlreadyExists("eval_set_exists", "there is an eval set '{}' that the role may not replace", name),
          "/name");
    return stored->bucket;
  }

  void Redact(const Request& request, EvalSet* set) const {
    const bool writes = request.Has(access::Permission::kWrite);
    bool documents = writes;
    if (const auto& name =
            set->truth_source ? std::optional(set->truth_source->index_name) : set->index_name) {
      const Result<IndexInfo> index = parts_.indexes.Find(request, *name);
      documents = documents && index.ok() && SeesDocuments(request, index->record);
    }
    for (EvalQuery& query : set->queries) {
      if (!writes) HideTexts(&query);
      if (!documents) HideDocuments(&query);
    }
  }

  Result<EvalSetInfo> MakeSet(jobs::JobRun& run, const EvalJob& job) {
    const Context& context = run.context();
    const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
    LAKE_ASSIGN_OR_RETURN(const IndexRecord record, vector::FindIndexRecord(*snapshot, job.index_name));
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<vector::OpenIndex> index,
                          parts_.open_indexes.Find(context, record));
    const Progress progress = [&](uint64_t done, uint64_t total) {
      run.ReportProgress(done, total, "queries");
    };
    const TruthParts parts = {.models = parts_.models, .threads = parts_.threads, .progress = progress};
    EvalSet set = {.name = job.name,
                   .k = job.k,
                   .queries = {},
                   .index_name = record.name,
                   .model = record.model,
                   .created_at = parts_.clock.Now(),
                   .created_by = job.created_by};
    LAKE_ASSIGN_OR_RETURN(set.queries, GenerateQueries(context, parts, record.model, *index,
                                                       {.count = job.count, .seed = job.seed}, parts_.log));
    if (set.queries.empty())
      return FailedPrecondition("no_eval_queries",
                                "index '{}' has too few different chunks to make queries of", record.name);
    LAKE_ASSIGN_OR_RETURN(set, BuildGroundTruth(context, parts, std::move(set), record, *index));
    LAKE_RETURN_IF_ERROR(sets_.Put(context, record.bucket, set));
    return InfoOf(set, record.bucket);
  }

  const EvalParts parts_;
  const EvalSets sets_;
};

}  // namespace

bool MayKnowIndex(const vector::IndexService& indexes, const Request& request, std::string_view name) {
  const Result<IndexRecord> record = vector::FindIndexRecord(*request.snapshot, name);
  if (!record.ok() && record.error().Is(ErrorCode::kNotFound)) return request.Has(access::Permission::kAdmin);
  return indexes.Find(request, name).ok();
}

std::unique_ptr<EvalService> EvalService::Make(const EvalParts& parts) {
  return std::make_unique<LocalEvalService>(parts);
}

}  // namespace lake::tuning
