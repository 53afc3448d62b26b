#include "index_builds.h"

#include <memory>
#include <utility>

#include "kept_generations.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/vector/freshness.h"
#include "record_changes.h"

namespace lake::vector {
namespace {

Error Overtaken(const IndexJob& job) {
  return Aborted("index_changed", "index '{}' was dropped, moved or built anew in the meantime",
                 job.index_name);
}

IndexRecord NewRecord(const IndexJob& job, Timestamp now) {
  return {.name = job.index_name,
          .source = job.source,
          .text_field_id = job.text_field_id,
          .id_field_id = job.id_field_id,
          .model = job.model,
          .chunk = job.chunk,
          .bucket = job.bucket,
          .created_at = now,
          .created_by = job.created_by,
          .live = {},
          .building = job.generation,
          .failed = {},
          .refresh = job.refresh,
          .config = job.config,
          .promotions = {},
          .kept = {}};
}

RefreshedIndex RefreshedOf(const IndexRecord& record) {
  const Generation& live = *record.live;
  const TakenOver taken_over = live.taken_over.value_or(TakenOver{});
  return {.index_name = record.name,
          .generation = live.id,
          .documents = live.documents,
          .chunks = live.chunks,
          .skipped = live.skipped,
          .unchanged = taken_over.documents,
          .embedded = live.documents - taken_over.documents,
          .embedded_chunks = live.chunks - taken_over.chunks,
          .removed = taken_over.removed,
          .recall = live.recall};
}

/// What a job ends with that builds nothing, or nothing more.
Error Ended(jobs::JobRun& run, const Error& error) {
  if (error.Is("index_dropped") || error.Is("dataset_dropped")) run.Cancel(error.reason());
  return error;
}

}  // namespace

Error BeingBuilt(const IndexRecord& record) {
  return FailedPrecondition("index_being_built", "index '{}' is being built; wait for its job or cancel it",
                            record.name);
}

IndexBuilds::IndexBuilds(const IndexServiceParts& parts, BuildOptions options, GenerationStorage& storage)
    : parts_(parts),
      storage_(storage),
      promotion_files_(parts.catalog, parts.buckets, parts.log),
      builder_(parts, std::move(options)),
      running_(parts.catalog) {}

jobs::JobKind IndexBuilds::Kind() {
  return {.work = [this](jobs::JobRun& run) { return Create(run); },
          .cleanup =
              [this](const JsonValue& payload) {
                const Result<IndexJob> job = FromJson<IndexJob>(payload, Reading::kTolerant);
                if (job.ok()) CleanUp(*job);
              },
          .in_use =
              [this](const JsonValue& payload) {
                in_use_.emplace(payload.FindString("bucket"), payload.FindString("generation"));
              }};
}

jobs::JobKind IndexBuilds::RefreshKind() {
  const auto for_each = [](const JsonValue& payload, const std::function<void(const IndexJob&)>& take) {
    const Result<RefreshJob> refresh = FromJson<RefreshJob>(payload, Reading::kTolerant);
    if (!refresh.ok()) return;
    for (const IndexJob& job : refresh->indexes) take(job);
  };
  return {.work = [this](jobs::JobRun& run) { return Refresh(run); },
          .cleanup =
              [this, for_each](const JsonValue& payload) {
                for_each(payload, [this](const IndexJob& job) { CleanUp(job); });
              },
          .in_use =
              [this, for_each](const JsonValue& payload) {
                for_each(payload,
                         [this](const IndexJob& job) { in_use_.emplace(job.bucket, job.generation); });
              }};
}

Result<JsonValue> IndexBuilds::Create(jobs::JobRun& run) {
  LAKE_ASSIGN_OR_RETURN(const IndexJob job, FromJson<IndexJob>(run.payload(), Reading::kTolerant));
  const Result<IndexRecord> built = Build(run, job);
  if (!built.ok()) return Ended(run, built.error());
  const IndexRecord& record = *built;
  return ToJson(IndexBuilt{.index_name = record.name,
                           .generation = job.generation,
                           .documents = record.live->documents,
                           .chunks = record.live->chunks,
                           .skipped = record.live->skipped,
                           .recall = record.live->recall});
}

Result<JsonValue> IndexBuilds::Refresh(jobs::JobRun& run) {
  LAKE_ASSIGN_OR_RETURN(const RefreshJob refresh, FromJson<RefreshJob>(run.payload(), Reading::kTolerant));
  Refreshed refreshed = {.dataset = refresh.dataset, .indexes = {}, .up_to_date = refresh.unchanged};
  std::optional<Error> dropped;
  for (const IndexJob& job : refresh.indexes) {
    const Result<IndexRecord> record = Build(run, job);
    if (record.ok())
      refreshed.indexes.push_back(RefreshedOf(*record));
    else if (record.error().Is("index_dropped"))
      dropped = record.error();  // The others are wanted as before.
    else
      return Ended(run, record.error());
  }
  if (dropped && refreshed.indexes.empty()) return Ended(run, *dropped);
  return ToJson(refreshed);
}

/// The record with the job's generation live. An error cancelled/… when nobody wants it any more.
Result<IndexRecord> IndexBuilds::Build(jobs::JobRun& run, const IndexJob& asked) {
  LAKE_ASSIGN_OR_RETURN(IndexRecord record, Reserve(run.context(), asked));
  // The process may have died between the commit and the job's end.
  if (const Generation* built = FindGeneration(record, asked.generation)) {
    record.live = Generation(*built);
    return record;
  }
  IndexJob job = asked;
  // What was promoted since it was asked for counts.
  if (record.live || record.config) job.config = ConfigToBuild(record);
  RunningBuild build(running_, run, job);
  Result<Generation> generation = builder_.Build(build, job);
  Status published =
      generation.ok() ? Publish(build.context(), job, *generation) : Status(generation.error());
  if (!published.ok()) {
    // Whatever the interrupted work made of it.
    LAKE_RETURN_IF_ERROR(CheckWanted(*parts_.catalog.snapshot(), job));
    if (!record.live && !run.context().cancel.cancelled()) KeepParts(run.context(), job);
    return std::move(published).error();
  }
  record.live = *std::move(generation);
  return record;
}

/// The name is taken from the first moment on, so that of two who want it one is told at once.
Result<IndexRecord> IndexBuilds::Reserve(const Context& context, const IndexJob& job) {
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  Result<IndexRecord> known = FindIndexRecord(*snapshot, job.index_name);
  const bool ours =
      known.ok() && (known->building == job.generation || FindGeneration(*known, job.generation) != nullptr);
  if (ours || (!known.ok() && !known.error().Is(ErrorCode::kNotFound))) return known;
  if (!known.ok()) {
    LAKE_ASSIGN_OR_RETURN(const bool given_up, storage_.IsGivenUp(context, job.bucket, job.generation));
    if (job.previous || given_up) return IndexDropped(job);
    return ReserveFirst(context, job, nullptr, 0);
  }
  if (known->live && job.previous) return ReserveNext(context, job);
  if (known->live || known->building)
    return AlreadyExists("index_exists", "index '{}' exists already", known->name);
  return ReserveFirst(context, job, &*known, snapshot->FindEntity(kIndexKind, Fold(job.index_name))->version);
}

/// `known`: the record of an earlier build that failed, which this one goes on from or replaces; or null.
Result<IndexRecord> IndexBuilds::ReserveFirst(const Context& context, const IndexJob& job,
                                              const IndexRecord* known, uint64_t version) {
  IndexRecord record = NewRecord(job, parts_.clock.Now());
  const std::optional<FailedBuild> failed = known == nullptr ? std::nullopt : known->failed;
  if (failed && failed->generation == job.previous) record.failed = failed;
  record.promotions = known == nullptr ? std::nullopt : known->promotions;
  if (!record.promotions) record.promotions = promotion_files_.Read(context, job.bucket, job.index_name);
  Status put = PutIndexRecord(parts_.catalog, context, "create_index", job.created_by, record, version);
  if (!put.ok() && put.error().Is(ErrorCode::kAborted))
    return AlreadyExists("index_exists", "index '{}' exists already", job.index_name);
  LAKE_RETURN_IF_ERROR(std::move(put));
  const bool replaced = failed && !record.failed && failed->generation != job.generation;
  if (replaced) storage_.Remove(job.bucket, failed->generation);
  return record;
}

/// One generation is built at a time.
Result<IndexRecord> IndexBuilds::ReserveNext(const Context& context, const IndexJob& job) {
  IndexRecord reserved;
  LAKE_RETURN_IF_ERROR(ChangeIndexRecord(parts_.catalog, context, "refresh_index", job.created_by,
                                         job.index_name, [&](IndexRecord& record) -> Status {
                                           if (record.building) return BeingBuilt(record);
                                           if (record.bucket != job.bucket ||
                                               !FindGeneration(record, *job.previous))
                                             return Overtaken(job);
                                           record.building = job.generation;
                                           reserved = record;
                                           return {};
                                         }));
  return reserved;
}

Status IndexBuilds::Publish(const Context& context, const IndexJob& job, const Generation& generation) {
  const auto dataset = parts_.catalog.snapshot()->FindDataset(catalog::DatasetId(job.source));
  const auto covers_same = [&](const Generation& before) {
    return dataset != nullptr && CoverSameRows(*dataset, before, generation);
  };
  std::vector<std::string> gone;
  LAKE_RETURN_IF_ERROR(ChangeIndexRecord(parts_.catalog, context, "publish_index", job.created_by,
                                         job.index_name, [&](IndexRecord& record) -> Status {
                                           if (record.building != job.generation) return Overtaken(job);
                                           if (!record.config)
                                             record.config = record.live ? record.live->config : job.config;
                                           gone = MakeLive(generation, covers_same, &record);
                                           if (record.failed) gone.push_back(record.failed->generation);
                                           record.building.reset();
                                           record.failed.reset();
                                           return {};
                                         }));
  for (const std::string& one : gone) storage_.Retire(job.bucket, one);
  return {};
}

/// Hours of work do not go with a model server that went. What it had taken over is in its own parts.
void IndexBuilds::KeepParts(const Context& context, const IndexJob& job) {
  const Result<bool> some = storage_.HasParts(context, job.bucket, job.generation);
  if (!some.ok() || !*some) return;
  const Status kept =
      ChangeIndexRecord(parts_.catalog, context, "fail_index", job.created_by, job.index_name,
                        [&](IndexRecord& record) -> Status {
                          if (record.building != job.generation) return IndexDropped(job);
                          record.failed = {.generation = job.generation, .config = job.config};
                          record.building.reset();
                          return {};
                        });
  if (kept.ok() && job.previous) storage_.Remove(job.bucket, *job.previous);
}

/// After the job's end: what it made and nobody names goes, and so does an index that never was.
void IndexBuilds::CleanUp(const IndexJob& job) {
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  const Result<IndexRecord> record = FindIndexRecord(*snapshot, job.index_name);
  if (record.ok() && FindGeneration(*record, job.generation) != nullptr) return;
  if (record.ok() && record->failed && record->failed->generation == job.generation) return;
  if (record.ok() && record->building == job.generation) {
    const Status gone =
        record->live || record->failed
            ? GiveUp(job)
            : DeleteIndexRecord(parts_.catalog, Context{}, job.created_by, job.index_name,
                                snapshot->FindEntity(kIndexKind, Fold(job.index_name))->version);
    if (!gone.ok())
      parts_.log.Warning("index_not_cleaned_up",
                         {{"index", job.index_name}, {"error", gone.error().ToString()}});
  }
  storage_.Remove(job.bucket, job.generation);
}

Status IndexBuilds::GiveUp(const IndexJob& job) {
  return ChangeIndexRecord(parts_.catalog, Context{}, "give_up_refresh", job.created_by, job.index_name,
                           [&](IndexRecord& record) -> Status {
                             if (record.building == job.generation) record.building.reset();
                             return {};
                           });
}

}  // namespace lake::vector
