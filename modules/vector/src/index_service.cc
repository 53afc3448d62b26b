#include "lake/vector/index_service.h"

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "chunk_embedder.h"
#include "embedding_pipeline.h"
#include "generation_files.h"
#include "index_job.h"
#include "lake/access/decision.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/common/suggest.h"
#include "lake/tables/dataset_service.h"

namespace lake::vector {
namespace {

using access::Request;
using catalog::Column;
using catalog::Dataset;
using DatasetRef = std::shared_ptr<const Dataset>;

constexpr size_t kMaxIndexes = 10'000;
constexpr int kMaxRetries = 5;  // In a row, without a part in between.
/// English texts have about four words for five tokens of a BERT vocabulary, others fewer; what does not fit
/// is halved (chunk_embedder.h), which costs a second embedding.
constexpr double kWordsPerToken = 0.6;

Error At(Error error, std::string pointer) {
  std::string message = error.message();
  error.AddDetail(std::move(pointer), std::move(message));
  return error;
}

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

bool MayPass(const Error& error) {
  return error.Is(ErrorCode::kUnavailable) || error.Is("models_busy") || error.Is("model_memory");
}

Status Pause(const Context& context, std::chrono::milliseconds pause) {
  const auto until = std::chrono::steady_clock::now() + pause;
  while (std::chrono::steady_clock::now() < until) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    std::this_thread::sleep_for(std::min(pause, std::chrono::milliseconds(20)));
  }
  return {};
}

class Service final : public IndexService {
 public:
  Service(const IndexServiceParts& parts, IndexServiceOptions options)
      : parts_(parts),
        options_(std::move(options)),
        threads_(options_.threads > 0 ? options_.threads
                                      : std::max(1u, std::thread::hardware_concurrency())) {}

  Result<JsonValue> Prepare(const Request& request, const NewIndex& wanted) override;

  jobs::JobKind Kind() override {
    return {
        .work = [this](jobs::JobRun& run) { return Build(run); },
        .cleanup = [this](const JsonValue& payload) { CleanUp(payload); },
        .in_use = [this](const JsonValue& payload) { in_use_.emplace(payload.FindString("generation")); }};
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
    if (!info.record.live)
      return FailedPrecondition("index_not_ready", "index '{}' is being built; cancel its job",
                                info.record.name);
    LAKE_RETURN_IF_ERROR(Delete(request.context, request.caller.name, info.record.name, {}));
    RemoveFiles(info.record.bucket, info.record.live->id);
    return {};
  }

  Status CollectGarbage(const Context& context) override;

 private:
  /// None when the caller may not know of its dataset.
  std::optional<IndexInfo> InfoOf(const Request& request, const IndexRecord& record) const {
    const DatasetRef dataset = request.snapshot->FindDataset(catalog::DatasetId(record.source));
    if (dataset == nullptr || !access::MayReach(request, dataset->name).ok()) return std::nullopt;
    IndexInfo info = {.record = record, .source = dataset->name, .text_column = {}, .id_column = {}};
    if (const Column* text = FindColumn(*dataset, record.text_field_id)) info.text_column = text->name;
    if (const Column* id = FindColumn(*dataset, record.id_field_id)) info.id_column = id->name;
    info.stale = record.live && IsStale(*dataset, *record.live, request.snapshot->version());
    return info;
  }

  Result<ChunkSettings> ChunkOf(const Context& context, const NewIndex& wanted, const IndexModel& model);
  Result<JsonValue> Build(jobs::JobRun& run);
  Result<IndexRecord> Reserve(const Context& context, const IndexJob& job);
  Result<Generation> MakeWithRetries(jobs::JobRun& run, const IndexJob& job);
  Result<Generation> MakeGeneration(jobs::JobRun& run, const IndexJob& job, storage::ObjectStore& store,
                                    PartStore& part_store);
  Status Publish(const Context& context, const IndexJob& job, Generation generation);
  Status Put(const Context& context, const std::string& operation, const std::string& actor,
             const IndexRecord& record, uint64_t expected_version);
  Status Delete(const Context& context, const std::string& actor, std::string_view name,
                std::optional<uint64_t> expected_version);
  void CleanUp(const JsonValue& payload);
  void RemoveFiles(const std::string& bucket, std::string_view generation);
  Status RemovePrefix(storage::ObjectStore& store, const std::string& prefix);
  Status CollectIn(const Context& context, storage::ObjectStore& store, const std::set<std::string>& used);

  const IndexServiceParts parts_;
  const IndexServiceOptions options_;
  const size_t threads_;
  std::set<std::string> in_use_;  ///< Generations of unfinished jobs; filled while the jobs are loaded.
};

Result<JsonValue> Service::Prepare(const Request& request, const NewIndex& wanted) {
  if (Status name = CheckIndexName(wanted.name); !name.ok()) return At(name.error(), "/index_name");
  LAKE_ASSIGN_OR_RETURN(const DatasetRef dataset, access::FindDataset(request, wanted.source));
  if (request.snapshot->FindEntity(kIndexKind, Fold(wanted.name)) != nullptr)
    return AlreadyExists("index_exists", "index '{}' exists already; drop it first", wanted.name);
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
  IndexJob job = {.index_name = wanted.name,
                  .generation = parts_.random.NextUuid(parts_.clock.Now().micros / 1000),
                  .source = dataset->id.value(),
                  .dataset_version = request.snapshot->version().number,
                  .text_field_id = text.field_id,
                  .id_field_id = id.field_id,
                  .model = {.name = fingerprint.name,
                            .version = fingerprint.digest,
                            .dimensions = fingerprint.dimension,
                            .prompt_prefix = fingerprint.prompt_prefix},
                  .chunk = {},
                  .config = wanted.config,
                  .bucket = wanted.bucket,
                  .created_by = request.caller.name};
  LAKE_ASSIGN_OR_RETURN(job.chunk, ChunkOf(request.context, wanted, job.model));
  return ToJson(job);
}

Result<ChunkSettings> Service::ChunkOf(const Context& context, const NewIndex& wanted,
                                       const IndexModel& model) {
  if (wanted.chunk) {
    if (wanted.chunk->overlap * 2 <= wanted.chunk->size) return *wanted.chunk;
    return At(InvalidArgument("bad_chunk", "an overlap of {} words is more than half of a chunk of {}",
                              wanted.chunk->overlap, wanted.chunk->size),
              "/chunk/overlap");
  }
  ChunkSettings settings;
  for (const models::ModelInfo& info : parts_.models.List(context).models)
    if (info.name == model.name && info.max_tokens > 0)
      settings.size =
          std::clamp(static_cast<uint32_t>(info.max_tokens * kWordsPerToken), kMinChunkWords, settings.size);
  settings.overlap = std::min(settings.overlap, settings.size / 10);
  return settings;
}

Result<JsonValue> Service::Build(jobs::JobRun& run) {
  LAKE_ASSIGN_OR_RETURN(const IndexJob job, FromJson<IndexJob>(run.payload(), Reading::kTolerant));
  LAKE_ASSIGN_OR_RETURN(IndexRecord record, Reserve(run.context(), job));
  // The process may have died between the commit and the job's end.
  if (!record.live || record.live->id != job.generation) {
    LAKE_ASSIGN_OR_RETURN(Generation generation, MakeWithRetries(run, job));
    LAKE_RETURN_IF_ERROR(Publish(run.context(), job, generation));
    record.live = std::move(generation);
  }
  return ToJson(IndexBuilt{.index_name = record.name,
                           .generation = job.generation,
                           .documents = record.live->documents,
                           .chunks = record.live->chunks,
                           .skipped = record.live->skipped,
                           .recall = record.live->recall});
}

/// The name is taken from the first moment on, so that of two who want it one is told at once.
Result<IndexRecord> Service::Reserve(const Context& context, const IndexJob& job) {
  Result<IndexRecord> known = FindIndexRecord(*parts_.catalog.snapshot(), job.index_name);
  if (known.ok()) {
    const bool ours = known->building == job.generation || (known->live && known->live->id == job.generation);
    if (ours) return known;
    return AlreadyExists("index_exists", "index '{}' exists already", known->name);
  }
  if (!known.error().Is(ErrorCode::kNotFound)) return known;
  IndexRecord record = {.name = job.index_name,
                        .source = job.source,
                        .text_field_id = job.text_field_id,
                        .id_field_id = job.id_field_id,
                        .model = job.model,
                        .chunk = job.chunk,
                        .bucket = job.bucket,
                        .created_at = parts_.clock.Now(),
                        .created_by = job.created_by,
                        .live = {},
                        .building = job.generation};
  Status put = Put(context, "create_index", job.created_by, record, 0);
  if (!put.ok() && put.error().Is(ErrorCode::kAborted))
    return AlreadyExists("index_exists", "index '{}' exists already", job.index_name);
  LAKE_RETURN_IF_ERROR(std::move(put));
  return record;
}

/// What may pass (a model server that restarts) does not end hours of work: each attempt goes on with what
/// is in parts.
Result<Generation> Service::MakeWithRetries(jobs::JobRun& run, const IndexJob& job) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                        parts_.buckets.Find(storage::BucketName(job.bucket)));
  PartStore part_store(parts_.engine, job.bucket, store, GenerationPrefix(job.generation));
  for (int attempt = 0;; ++attempt) {
    const size_t before = part_store.count();
    Result<Generation> generation = MakeGeneration(run, job, *store, part_store);
    if (generation.ok() || !MayPass(generation.error())) return generation;
    if (part_store.count() > before) attempt = 0;
    if (attempt == kMaxRetries) return generation;
    const std::chrono::milliseconds pause = options_.retry_pause * (1 << attempt);
    parts_.log.Warning(
        "embedding_retried",
        {{"job", run.id().value()}, {"pause_ms", pause.count()}, {"error", generation.error().ToString()}});
    LAKE_RETURN_IF_ERROR(Pause(run.context(), pause));
  }
}

Result<Generation> Service::MakeGeneration(jobs::JobRun& run, const IndexJob& job,
                                           storage::ObjectStore& store, PartStore& part_store) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Embedder> embedder,
                        parts_.models.FindEmbedder(job.model.name));
  LAKE_ASSIGN_OR_RETURN(SourceReader source,
                        SourceReader::Make(*parts_.catalog.snapshot(), parts_.buckets, parts_.engine, job));
  EmbeddingPipeline pipeline(std::move(source), part_store, *embedder, FingerprintOf(job.model), run);
  LAKE_ASSIGN_OR_RETURN(const PipelineCounts counts, pipeline.Run());
  LAKE_ASSIGN_OR_RETURN(Generation generation, MakeGenerationFiles(run.context(),
                                                                   {.store = store,
                                                                    .embedder = *embedder,
                                                                    .work_directory = options_.work_directory,
                                                                    .threads = threads_},
                                                                   job, part_store));
  generation.created_at = parts_.clock.Now();
  generation.documents = counts.documents;
  generation.skipped = counts.skipped;
  return generation;
}

Status Service::Publish(const Context& context, const IndexJob& job, Generation generation) {
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  LAKE_ASSIGN_OR_RETURN(IndexRecord record, FindIndexRecord(*snapshot, job.index_name));
  const std::shared_ptr<const catalog::Entity> entity =
      snapshot->FindEntity(kIndexKind, Fold(job.index_name));
  record.live = std::move(generation);
  record.building.reset();
  return Put(context, "publish_index", job.created_by, record, entity->version);
}

Status Service::Put(const Context& context, const std::string& operation, const std::string& actor,
                    const IndexRecord& record, uint64_t expected_version) {
  catalog::Transaction transaction;
  transaction.operation = operation;
  transaction.actor = actor;
  transaction.actions.emplace_back(catalog::PutEntity{.kind = std::string(kIndexKind),
                                                      .id = Fold(record.name),
                                                      .expected_version = expected_version,
                                                      .document = ToJson(record)});
  LAKE_RETURN_IF_ERROR(parts_.catalog.Commit(context, std::move(transaction)));
  return {};
}

Status Service::Delete(const Context& context, const std::string& actor, std::string_view name,
                       std::optional<uint64_t> expected_version) {
  catalog::Transaction transaction;
  transaction.operation = "drop_index";
  transaction.actor = actor;
  transaction.actions.emplace_back(catalog::DeleteEntity{
      .kind = std::string(kIndexKind), .id = Fold(name), .expected_version = expected_version});
  LAKE_RETURN_IF_ERROR(parts_.catalog.Commit(context, std::move(transaction)));
  return {};
}

/// After the job's end: what it made and nobody names goes, and so does an index that never was.
void Service::CleanUp(const JsonValue& payload) {
  const Result<IndexJob> job = FromJson<IndexJob>(payload, Reading::kTolerant);
  if (!job.ok()) return;
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  const Result<IndexRecord> record = FindIndexRecord(*snapshot, job->index_name);
  if (record.ok() && record->live && record->live->id == job->generation) return;
  if (record.ok() && record->building == job->generation && !record->live) {
    const std::shared_ptr<const catalog::Entity> entity =
        snapshot->FindEntity(kIndexKind, Fold(job->index_name));
    if (Status gone = Delete(Context{}, job->created_by, job->index_name, entity->version); !gone.ok())
      parts_.log.Warning("index_not_removed",
                         {{"index", job->index_name}, {"error", gone.error().ToString()}});
  }
  RemoveFiles(job->bucket, job->generation);
}

void Service::RemoveFiles(const std::string& bucket, std::string_view generation) {
  if (options_.on_removed) options_.on_removed(std::string(generation));
  Result<std::shared_ptr<storage::ObjectStore>> store = parts_.buckets.Find(storage::BucketName(bucket));
  Status removed =
      store.ok() ? RemovePrefix(**store, GenerationPrefix(generation)) : Status(std::move(store).error());
  // What is left goes with the next start's CollectGarbage.
  if (!removed.ok())
    parts_.log.Warning("index_files_not_removed",
                       {{"generation", std::string(generation)}, {"error", removed.error().ToString()}});
}

Status Service::RemovePrefix(storage::ObjectStore& store, const std::string& prefix) {
  const Context context;
  storage::ListOptions options = {.prefix = prefix};
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store.List(context, options));
    for (const storage::ObjectInfo& object : page.objects)
      LAKE_RETURN_IF_ERROR(store.Delete(context, object.key));
    if (!page.next_after) return {};
    options.after = *page.next_after;
  }
}

Status Service::CollectGarbage(const Context& context) {
  std::set<std::string> used = in_use_;
  for (const auto& entity : parts_.catalog.snapshot()->ListEntities(kIndexKind, "", kMaxIndexes)) {
    const Result<IndexRecord> record = FromJson<IndexRecord>(entity->document, Reading::kTolerant);
    // Nobody knows what it still names: nothing is removed.
    if (!record.ok()) return {};
    if (record->live) used.insert(record->live->id);
    if (record->building) used.insert(*record->building);
  }
  for (const storage::BucketName& name : parts_.buckets.Names()) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store, parts_.buckets.Find(name));
    LAKE_RETURN_IF_ERROR(CollectIn(context, *store, used));
  }
  return {};
}

Status Service::CollectIn(const Context& context, storage::ObjectStore& store,
                          const std::set<std::string>& used) {
  storage::ListOptions options = {.prefix = std::string(kGenerationsPrefix), .delimiter = "/"};
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store.List(context, options));
    for (const std::string& prefix : page.common_prefixes) {
      const std::string generation =
          prefix.substr(kGenerationsPrefix.size(), prefix.size() - kGenerationsPrefix.size() - 1);
      if (!used.contains(generation)) LAKE_RETURN_IF_ERROR(RemovePrefix(store, prefix));
    }
    if (!page.next_after) return {};
    options.after = *page.next_after;
  }
}

}  // namespace

const catalog::Column* FindColumn(const catalog::Dataset& dataset, int32_t field_id) {
  const std::vector<Column>& columns = dataset.schema().columns;
  const auto found = std::ranges::find(columns, field_id, &Column::field_id);
  return found == columns.end() ? nullptr : &*found;
}

bool IsStale(const Dataset& dataset, const Generation& generation, catalog::Version now) {
  return dataset.dropped.has_value() ||
         dataset.FilesAt(catalog::Version{generation.dataset_version}) != dataset.FilesAt(now);
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
  return std::make_unique<Service>(parts, std::move(options));
}

}  // namespace lake::vector
