#include "lake/vector/index_service.h"

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

class Service final : public IndexService {
 public:
  Service(const IndexServiceParts& parts, IndexServiceOptions options)
      : parts_(parts),
        storage_(parts.buckets, parts.log, std::move(options.on_removed)),
        builds_(parts,
                {.work_directory = std::move(options.work_directory),
                 .threads = options.threads > 0 ? options.threads
                                                : std::max(1u, std::thread::hardware_concurrency()),
                 .retry_pause = options.retry_pause},
                storage_) {}

  Result<JsonValue> Prepare(const Request& request, const NewIndex& wanted) override;

  jobs::JobKind Kind() override { return builds_.Kind(); }

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
    LAKE_RETURN_IF_ERROR(
        DeleteIndexRecord(parts_.catalog, request.context, request.caller.name, info.record.name, {}));
    storage_.Remove(info.record.bucket, info.record.live->id);
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

  const IndexServiceParts parts_;
  GenerationStorage storage_;
  IndexBuilds builds_;
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

Status Service::CollectGarbage(const Context& context) {
  std::set<std::string> used = builds_.in_use();
  for (const auto& entity : parts_.catalog.snapshot()->ListEntities(kIndexKind, "", kMaxIndexes)) {
    const Result<IndexRecord> record = FromJson<IndexRecord>(entity->document, Reading::kTolerant);
    // Nobody knows what it still names: nothing is removed.
    if (!record.ok()) return {};
    if (record->live) used.insert(record->live->id);
    if (record->building) used.insert(*record->building);
  }
  return storage_.Collect(context, used);
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
