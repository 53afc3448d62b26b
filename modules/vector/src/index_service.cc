#include "lake/vector/index_service.h"
#include "lake/common/error_at.h"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "chunk_embedder.h"
#include "generation_storage.h"
#include "index_builds.h"
#include "index_job.h"
#include "index_mover.h"
#include "lake/access/decision.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/common/suggest.h"
#include "lake/tables/dataset_service.h"
#include "lake/vector/freshness.h"
#include "promotion_files.h"
#include "record_changes.h"

namespace lake::vector {
namespace {

using access::Request;
using catalog::Column;
using catalog::Dataset;
using DatasetRef = std::shared_ptr<const Dataset>;

/// English texts have about four words for five tokens of a BERT vocabulary, others fewer; what does not fit
/// is halved (chunk_embedder.h), which costs a second embedding.
constexpr double kWordsPerToken = 0.6;

/// A column that whoever asks for an index sees as it is.
Result<Column> ClearColumn(const Dataset& dataset, const access::Decision& decision, std::string_view name,
                           std::string_view pointer) {
  const Column* column = dataset.schema().Find(name);
  if (column == nullptr || !decision.Shows(name))
    return At(InvalidArgument("column_not_found", "dataset '{}' has no column '{}'", dataset.name,
                              name.substr(0, 100)),
              std::string(pointer));
  const bool clear = std::ranges::any_of(decision.columns(), [&](const access::ColumnDecision& shown) {
    return shown.column.field_id == column->field_id && shown.clear();
  });
  if (clear) return *column;
  return At(
      PermissionDenied("column_not_clear", "column '{}' is masked for the role that asks", column->name),
      std::string(pointer));
}

template <size_t n>
Status CheckType(const Column& column, const std::array<std::string_view, n>& types, std::string_view reason,
                 std::string_view pointer, std::string_view expected) {
  if (std::ranges::find(types, column.type) != types.end()) return {};
  return At(InvalidArgument(reason, "column '{}' is {}; expected {}", column.name, column.type, expected),
            std::string(pointer));
}

/// What is asked to be indexed, for the case that nothing is, must be what is.
Status CheckSameColumns(const Dataset& dataset, const IndexRecord& record, const NewIndex& wanted) {
  const auto same = [&](int32_t field_id, std::string_view name) {
    const Column* column = FindColumn(dataset, field_id);
    return column != nullptr && SameFolded(column->name, name);
  };
  if (same(record.text_field_id, wanted.text_column) && same(record.id_field_id, wanted.id_column)) return {};
  return At(InvalidArgument("other_columns",
                            "index '{}' covers other columns; leave them out or name another", record.name),
            "/text_column");
}

/// Whether documents that were embedded for the record are as the job would embed them.
bool MadeAlike(const IndexRecord& record, const IndexJob& job) {
  return record.failed && record.source == job.source && record.text_field_id == job.text_field_id &&
         record.id_field_id == job.id_field_id && record.model == job.model && record.chunk == job.chunk &&
         record.bucket == job.bucket;
}

Status CheckChunk(const Context& context, const ChunkSettings& chunk, models::Embedder& embedder) {
  const bool tokens = chunk.unit == ChunkUnit::kTokens;
  if (chunk.overlap * 2 > chunk.size)
    return At(InvalidArgument("bad_chunk", "an overlap of {} {} is more than half of a chunk of {}",
                              chunk.overlap, tokens ? "tokens" : "words", chunk.size),
              "/chunk/overlap");
  if (!tokens) return {};
  const Result<models::TokenCounts> counts = embedder.CountTokens(context, {});
  if (!counts.ok() && counts.error().Is("tokens_not_counted")) return At(counts.error(), "/chunk/unit");
  if (!counts.ok()) return counts.error();
  if (chunk.size <= counts->most) return {};
  return At(
      InvalidArgument("bad_chunk", "a chunk of {} tokens is more than the {} that the model reads of a text",
                      chunk.size, counts->most),
      "/chunk/size");
}

class LocalIndexService final : public IndexService {
 public:
  LocalIndexService(const IndexServiceParts& parts, IndexServiceOptions options)
      : parts_(parts),
        storage_(parts.buckets, parts.log, std::move(options.on_removed), options.grace),
        promotion_files_(parts.catalog, parts.buckets, parts.log),
        builds_(parts,
                {.work_directory = std::move(options.work_directory),
                 .threads = options.threads > 0 ? options.threads
                                                : std::max(1u, std::thread::hardware_concurrency()),
                 .retry_pause = options.retry_pause},
                storage_),
        mover_(parts.catalog, parts.buckets, storage_, promotion_files_) {}

  Result<JsonValue> Prepare(const Request& request, const NewIndex& wanted) override {
    LAKE_ASSIGN_OR_RETURN(const IndexJob job, FirstJob(request, wanted));
    return ToJson(job);
  }
  jobs::JobKind Kind() override { return builds_.Kind(); }

  Result<JsonValue> PrepareRefresh(const Request& request, const RefreshRequest& wanted) override;
  Result<JsonValue> PrepareRefreshByPolicy(const Context& context, std::string_view name) override;
  jobs::JobKind RefreshKind() override { return builds_.RefreshKind(); }

  Result<IndexInfo> SetRefresh(const Request& request, std::string_view name,
                               const RefreshSettings& settings) override {
    LAKE_ASSIGN_OR_RETURN(IndexInfo info, Find(request, name));
    LAKE_RETURN_IF_ERROR(CheckRefreshSettings(settings));
    LAKE_RETURN_IF_ERROR(ChangeIndexRecord(parts_.catalog, request.context, "set_index_refresh",
                                           request.caller.name, name, [&](IndexRecord& record) {
                                             record.refresh = settings;
                                             return Status();
                                           }));
    info.record.refresh = settings;
    return info;
  }

  Result<IndexInfo> Find(const Request& request, std::string_view name) const override {
    LAKE_ASSIGN_OR_RETURN(const IndexRecord record, FindIndexRecord(*request.snapshot, name));
    if (std::optional<IndexInfo> info = InfoOf(request, record)) return *std::move(info);
    return NotFound("index_not_found", "index not found: {}", name.substr(0, 100));
  }

  std::vector<IndexInfo> List(const Request& request, std::string_view after, size_t limit) const override {
    std::vector<IndexInfo> infos;
    for (const auto& entity : request.snapshot->ListEntities(kIndexKind, after, kMaxIndexes)) {
      if (infos.size() == limit) break;
      const Result<IndexRecord> record = FromJson<IndexRecord>(entity->document, Reading::kTolerant);
      if (!record.ok()) continue;
      if (std::optional<IndexInfo> info = InfoOf(request, *record)) infos.push_back(*std::move(info));
    }
    return infos;
  }

  Status Drop(const Request& request, std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const IndexInfo info, Find(request, name));
    // Without this a crash would bring the index back: its job runs again, and nothing names it.
    if (!info.record.live && info.record.building)
      LAKE_RETURN_IF_ERROR(storage_.GiveUp(request.context, info.record.bucket, *info.record.building));
    LAKE_ASSIGN_OR_RETURN(const IndexRecord dropped, TakeRecord(request, info.record));
    builds_.StopUnwanted();
    if (dropped.live) storage_.Remove(dropped.bucket, dropped.live->id);
    for (const Generation& kept : dropped.kept) storage_.Remove(dropped.bucket, kept.id);
    if (dropped.failed) storage_.Remove(dropped.bucket, dropped.failed->generation);
    return {};
  }

  Result<IndexMove> PrepareMove(const Request& request, std::string_view name,
                                const std::string& bucket) const override {
    LAKE_ASSIGN_OR_RETURN(const IndexInfo info, Find(request, name));
    if (const auto known = tables::BucketForWriting(parts_.buckets, bucket); !known.ok())
      return At(known.error(), "/bucket");
    if (info.record.building) return BeingBuilt(info.record);
    return IndexMove{.index_name = info.record.name,
                     .from = info.record.bucket,
                     .to = bucket,
                     .moved_by = request.caller.name};
  }
  Result<IndexMoved> Move(const Context& context, const IndexMove& move,
                          const MoveProgress& progress) override {
    return mover_.Move(context, move, progress);
  }
  void KeepCopies(const IndexMove& move) override {
    const Result<IndexRecord> record = FindIndexRecord(*parts_.catalog.snapshot(), move.index_name);
    if (!record.ok()) return;
    for (const std::string& generation : GenerationIds(*record)) copies_in_use_.emplace(move.to, generation);
  }

  Status CollectGarbage(const Context& context) override;
  void StopUnwanted() override { builds_.StopUnwanted(); }
  void RemoveReplaced() override { storage_.RemoveRetired(); }

 private:
  /// None when the caller may not know of its dataset.
  std::optional<IndexInfo> InfoOf(const Request& request, const IndexRecord& record) const {
    const DatasetRef dataset = request.snapshot->FindDataset(catalog::DatasetId(record.source));
    if (dataset == nullptr || !access::MayReach(request, dataset->name).ok()) return std::nullopt;
    IndexInfo info = {.record = record, .source = dataset->name, .text_column = {}, .id_column = {}};
    if (const Column* text = FindColumn(*dataset, record.text_field_id)) info.text_column = text->name;
    if (const Column* id = FindColumn(*dataset, record.id_field_id)) info.id_column = id->name;
    if (record.live) info.stale_since = StaleSince(*dataset, *record.live, request.snapshot->version());
    info.stale = info.stale_since.has_value();
    return info;
  }

  Result<IndexRecord> TakeRecord(const Request& request, const IndexRecord& record);
  Result<IndexJob> FirstJob(const Request& request, const NewIndex& wanted);
  Result<ChunkSettings> ChunkOf(const Context& context, const NewIndex& wanted, const IndexModel& model,
                                models::Embedder& embedder);
  Status AddNextJob(const Context& context, const catalog::Snapshot& snapshot, const std::string& actor,
                    const IndexRecord& record, RefreshNeed need, RefreshJob* refresh);

  const IndexServiceParts parts_;
  GenerationStorage storage_;
  PromotionFiles promotion_files_;
  IndexBuilds builds_;
  IndexMover mover_;
  GenerationPlaces copies_in_use_;
};

/// Its file goes first: after a crash in between it is written again, and no later index of that name takes
/// it over.
Result<IndexRecord> LocalIndexService::TakeRecord(const Request& request, const IndexRecord& record) {
  if (record.promotions) promotion_files_.Remove(record.bucket, record.name);
  Result<IndexRecord> taken =
      TakeIndexRecord(parts_.catalog, request.context, request.caller.name, record.name);
  if (record.promotions || (taken.ok() && taken->promotions))
    promotion_files_.Export(record.bucket, record.name);
  return taken;
}

Result<IndexJob> LocalIndexService::FirstJob(const Request& request, const NewIndex& wanted) {
  if (Status name = CheckIndexName(wanted.name); !name.ok()) return At(name.error(), "/index_name");
  LAKE_ASSIGN_OR_RETURN(const DatasetRef dataset, access::FindDataset(request, wanted.source));
  const Result<IndexRecord> known = FindIndexRecord(*request.snapshot, wanted.name);
  const bool exists = known.ok() || !known.error().Is(ErrorCode::kNotFound);
  const bool failed = known.ok() && !known->live && !known->building && known->source == dataset->id.value();
  if (exists && !failed) {
    const bool first = known.ok() && !known->live && known->building;
    return AlreadyExists("index_exists", "index '{}' {}", wanted.name,
                         first ? "is being built already" : "exists already; refresh it, or drop it first");
  }
  LAKE_ASSIGN_OR_RETURN(const access::Decision decision,
                        access::Decide(request, *dataset, dataset->schema()));
  LAKE_ASSIGN_OR_RETURN(const Column text,
                        ClearColumn(*dataset, decision, wanted.text_column, "/text_column"));
  LAKE_ASSIGN_OR_RETURN(const Column id, ClearColumn(*dataset, decision, wanted.id_column, "/id_column"));
  LAKE_RETURN_IF_ERROR(CheckType(text, std::array<std::string_view, 1>{"VARCHAR"}, "not_a_text_column",
                                 "/text_column", "VARCHAR"));
  LAKE_RETURN_IF_ERROR(CheckType(id, std::array<std::string_view, 3>{"VARCHAR", "INTEGER", "BIGINT"},
                                 "not_an_id_column", "/id_column", "VARCHAR, INTEGER or BIGINT"));
  LAKE_RETURN_IF_ERROR(tables::BucketForWriting(parts_.buckets, wanted.bucket));
  Result<std::shared_ptr<models::Embedder>> embedder = parts_.models.FindEmbedder(wanted.model.value_or(""));
  if (!embedder.ok()) return At(std::move(embedder).error(), "/embed_model");
  LAKE_ASSIGN_OR_RETURN(const models::ModelFingerprint fingerprint,
                        (*embedder)->Fingerprint(request.context));
  LAKE_RETURN_IF_ERROR(CheckRefreshSettings(wanted.refresh));
  IndexJob job = {.index_name = wanted.name,
                  .generation = parts_.random.NextUuid(parts_.clock.Now().micros / 1000),
                  .source = dataset->id.value(),
                  .dataset_version = request.snapshot->version().number,
                  .deletions = DeletionsOf(*dataset),
                  .text_field_id = text.field_id,
                  .id_field_id = id.field_id,
                  .model = {.name = fingerprint.name,
                            .version = fingerprint.digest,
                            .dimensions = fingerprint.dimension,
                            .prompt_prefix = fingerprint.prompt_prefix},
                  .chunk = {},
                  .config = wanted.config,
                  .bucket = wanted.bucket,
                  .created_by = request.caller.name,
                  .refresh = wanted.refresh,
                  .previous = {}};
  LAKE_ASSIGN_OR_RETURN(job.chunk, ChunkOf(request.context, wanted, job.model, **embedder));
  if (failed && MadeAlike(*known, job)) job.previous = known->failed->generation;
  return job;
}

Result<ChunkSettings> LocalIndexService::ChunkOf(const Context& context, const NewIndex& wanted,
                                                 const IndexModel& model, models::Embedder& embedder) {
  if (wanted.chunk) {
    LAKE_RETURN_IF_ERROR(CheckChunk(context, *wanted.chunk, embedder));
    return *wanted.chunk;
  }
  ChunkSettings settings;
  for (const models::ModelInfo& info : parts_.models.List(context).models)
    if (info.name == model.name && info.max_tokens > 0)
      settings.size =
          std::clamp(static_cast<uint32_t>(info.max_tokens * kWordsPerToken), kMinChunkSize, settings.size);
  settings.overlap = std::min(settings.overlap, settings.size / 10);
  return settings;
}

Result<JsonValue> LocalIndexService::PrepareRefresh(const Request& request, const RefreshRequest& wanted) {
  LAKE_ASSIGN_OR_RETURN(const DatasetRef dataset, access::FindDataset(request, wanted.dataset));
  RefreshJob refresh = {.dataset = dataset->name, .indexes = {}, .unchanged = {}};
  for (const IndexRecord& record : ListIndexRecords(*request.snapshot)) {
    if (record.source != dataset->id.value()) continue;
    if (!wanted.index_name.empty() && !SameFolded(record.name, wanted.index_name)) continue;
    if (wanted.otherwise) LAKE_RETURN_IF_ERROR(CheckSameColumns(*dataset, record, *wanted.otherwise));
    LAKE_RETURN_IF_ERROR(
        AddNextJob(request.context, *request.snapshot, request.caller.name, record, wanted.need, &refresh));
  }
  if (!refresh.indexes.empty() || !refresh.unchanged.empty()) return ToJson(refresh);
  if (wanted.otherwise) {
    LAKE_ASSIGN_OR_RETURN(IndexJob job, FirstJob(request, *wanted.otherwise));
    refresh.indexes.push_back(std::move(job));
    return ToJson(refresh);
  }
  if (!wanted.index_name.empty())
    return At(NotFound("index_not_found", "dataset '{}' has no index '{}'", dataset->name, wanted.index_name),
              "/index_name");
  return At(InvalidArgument("columns_needed",
                            "dataset '{}' has no index yet; text_column and id_column say what to index",
                            dataset->name),
            "/text_column");
}

Result<JsonValue> LocalIndexService::PrepareRefreshByPolicy(const Context& context, std::string_view name) {
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  LAKE_ASSIGN_OR_RETURN(const IndexRecord record, FindIndexRecord(*snapshot, name));
  const DatasetRef dataset = snapshot->FindDataset(catalog::DatasetId(record.source));
  RefreshJob refresh = {
      .dataset = dataset == nullptr ? std::string() : dataset->name, .indexes = {}, .unchanged = {}};
  LAKE_RETURN_IF_ERROR(
      AddNextJob(context, *snapshot, "refresh-policy", record, RefreshNeed::kBehind, &refresh));
  return ToJson(refresh);
}

/// What brings one index up to date, when something does.
Status LocalIndexService::AddNextJob(const Context& context, const catalog::Snapshot& snapshot,
                                     const std::string& actor, const IndexRecord& record, RefreshNeed need,
                                     RefreshJob* refresh) {
  if (record.building || (!record.live && !record.failed)) return BeingBuilt(record);
  const DatasetRef dataset = snapshot.FindDataset(catalog::DatasetId(record.source));
  if (dataset == nullptr || dataset->dropped)
    return FailedPrecondition("source_dropped", "the dataset of index '{}' was dropped", record.name);
  if (need == RefreshNeed::kBehind && IsBuiltAsConfigured(record) &&
      !IsStale(*dataset, *record.live, snapshot.version())) {
    refresh->unchanged.push_back(record.name);
    return {};
  }
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Embedder> embedder,
                        parts_.models.FindEmbedder(record.model.name));
  LAKE_ASSIGN_OR_RETURN(const models::ModelFingerprint fingerprint, embedder->Fingerprint(context));
  LAKE_RETURN_IF_ERROR(CheckModel(record.model, fingerprint));
  refresh->indexes.push_back({.index_name = record.name,
                              .generation = parts_.random.NextUuid(parts_.clock.Now().micros / 1000),
                              .source = record.source,
                              .dataset_version = snapshot.version().number,
                              .deletions = DeletionsOf(*dataset),
                              .text_field_id = record.text_field_id,
                              .id_field_id = record.id_field_id,
                              .model = record.model,
                              .chunk = record.chunk,
                              .config = ConfigToBuild(record),
                              .bucket = record.bucket,
                              .created_by = actor,
                              .refresh = record.refresh,
                              .previous = record.live ? record.live->id : record.failed->generation});
  return {};
}

Status LocalIndexService::CollectGarbage(const Context& context) {
  GenerationPlaces used = builds_.in_use();
  used.insert(copies_in_use_.begin(), copies_in_use_.end());
  for (const auto& entity : parts_.catalog.snapshot()->ListEntities(kIndexKind, "", kMaxIndexes)) {
    const Result<IndexRecord> record = FromJson<IndexRecord>(entity->document, Reading::kTolerant);
    // Nobody knows what it still names: nothing is removed.
    if (!record.ok()) return {};
    for (const std::string& generation : GenerationIds(*record)) used.emplace(record->bucket, generation);
  }
  return storage_.Collect(context, used);
}

}  // namespace

const catalog::Column* FindColumn(const catalog::Dataset& dataset, int32_t field_id) {
  const std::vector<Column>& columns = dataset.schema().columns;
  const auto found = std::ranges::find(columns, field_id, &Column::field_id);
  return found == columns.end() ? nullptr : &*found;
}

Status CheckModel(const IndexModel& expected, const models::ModelFingerprint& actual) {
  return CheckSameModel(FingerprintOf(expected), actual);
}

Result<std::unique_ptr<IndexService>> IndexService::Make(const IndexServiceParts& parts,
                                                         IndexServiceOptions options) {
  std::error_code failed;
  std::filesystem::remove_all(options.work_directory, failed);
  std::filesystem::create_directories(options.work_directory, failed);
  if (failed)
    return FailedPrecondition("bad_work_directory", "the directory in which indexes are built cannot be made")
        .WithCause(failed.message());
  return std::make_unique<LocalIndexService>(parts, std::move(options));
}

}  // namespace lake::vector
