#include "index_builds.h"

#include <memory>
#include <utility>

#include "lake/common/fold.h"
#include "lake/common/json_io.h"

namespace lake::vector {

Status PutIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& operation,
                      const std::string& actor, const IndexRecord& record, uint64_t expected_version) {
  catalog::Transaction transaction;
  transaction.operation = operation;
  transaction.actor = actor;
  transaction.actions.emplace_back(catalog::PutEntity{.kind = std::string(kIndexKind),
                                                      .id = Fold(record.name),
                                                      .expected_version = expected_version,
                                                      .document = ToJson(record)});
  LAKE_RETURN_IF_ERROR(catalog.Commit(context, std::move(transaction)));
  return {};
}

Status DeleteIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& actor,
                         std::string_view name, std::optional<uint64_t> expected_version) {
  catalog::Transaction transaction;
  transaction.operation = "drop_index";
  transaction.actor = actor;
  transaction.actions.emplace_back(catalog::DeleteEntity{
      .kind = std::string(kIndexKind), .id = Fold(name), .expected_version = expected_version});
  LAKE_RETURN_IF_ERROR(catalog.Commit(context, std::move(transaction)));
  return {};
}

IndexBuilds::IndexBuilds(const IndexServiceParts& parts, BuildOptions options, GenerationStorage& storage)
    : parts_(parts), storage_(storage), builder_(parts, std::move(options)) {}

jobs::JobKind IndexBuilds::Kind() {
  return {.work = [this](jobs::JobRun& run) { return Build(run); },
          .cleanup = [this](const JsonValue& payload) { CleanUp(payload); },
          .in_use = [this](const JsonValue& payload) { in_use_.emplace(payload.FindString("generation")); }};
}

Result<JsonValue> IndexBuilds::Build(jobs::JobRun& run) {
  LAKE_ASSIGN_OR_RETURN(const IndexJob job, FromJson<IndexJob>(run.payload(), Reading::kTolerant));
  LAKE_ASSIGN_OR_RETURN(IndexRecord record, Reserve(run.context(), job));
  // The process may have died between the commit and the job's end.
  if (!record.live || record.live->id != job.generation) {
    LAKE_ASSIGN_OR_RETURN(Generation generation, builder_.Build(run, job));
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
Result<IndexRecord> IndexBuilds::Reserve(const Context& context, const IndexJob& job) {
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
  Status put = PutIndexRecord(parts_.catalog, context, "create_index", job.created_by, record, 0);
  if (!put.ok() && put.error().Is(ErrorCode::kAborted))
    return AlreadyExists("index_exists", "index '{}' exists already", job.index_name);
  LAKE_RETURN_IF_ERROR(std::move(put));
  return record;
}

Status IndexBuilds::Publish(const Context& context, const IndexJob& job, Generation generation) {
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  LAKE_ASSIGN_OR_RETURN(IndexRecord record, FindIndexRecord(*snapshot, job.index_name));
  const std::shared_ptr<const catalog::Entity> entity =
      snapshot->FindEntity(kIndexKind, Fold(job.index_name));
  record.live = std::move(generation);
  record.building.reset();
  return PutIndexRecord(parts_.catalog, context, "publish_index", job.created_by, record, entity->version);
}

/// After the job's end: what it made and nobody names goes, and so does an index that never was.
void IndexBuilds::CleanUp(const JsonValue& payload) {
  const Result<IndexJob> job = FromJson<IndexJob>(payload, Reading::kTolerant);
  if (!job.ok()) return;
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  const Result<IndexRecord> record = FindIndexRecord(*snapshot, job->index_name);
  if (record.ok() && record->live && record->live->id == job->generation) return;
  if (record.ok() && record->building == job->generation && !record->live) {
    const std::shared_ptr<const catalog::Entity> entity =
        snapshot->FindEntity(kIndexKind, Fold(job->index_name));
    if (Status gone =
            DeleteIndexRecord(parts_.catalog, Context{}, job->created_by, job->index_name, entity->version);
        !gone.ok())
      parts_.log.Warning("index_not_removed",
                         {{"index", job->index_name}, {"error", gone.error().ToString()}});
  }
  storage_.Remove(job->bucket, job->generation);
}

}  // namespace lake::vector
