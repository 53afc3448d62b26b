#include "checkpoint_object.h"

#include <algorithm>

#include "lake/common/describe_scan.h"
#include "lake/common/describe_text.h"
#include "lake/common/digest.h"
#include "lake/common/json_io.h"
#include "shard_json.h"

namespace lake {

template <>
struct Describe<catalog::ShardLocation> {
  using T = catalog::ShardLocation;
  static constexpr auto kFields = std::tuple{Required("object", &T::object, "Key; empty: nothing in it."),
                                             Required("bytes", &T::bytes, "Size of the object."),
                                             Required("crc32c", &T::crc32c, "Of all its bytes.")};
};

template <>
struct Describe<catalog::CheckpointRoot> {
  using T = catalog::CheckpointRoot;
  static constexpr auto kFields = std::tuple{
      Required("format", &T::format, "lakehouse.checkpoint"),
      Required("version", &T::version, "State after this commit."),
      Required("commit_id", &T::commit_id, "Of that commit."), Required("time", &T::time, "Of that commit."),
      Required("shards", &T::shards, "By number.").Between(catalog::kShardCount, catalog::kShardCount)};
};

}  // namespace lake

namespace lake::catalog {
namespace {

Format RootFormat() { return {.name = "lakehouse.checkpoint", .major = 1, .minor = 0}; }
Format ShardFormat() { return {.name = "lakehouse.shard", .major = 1, .minor = 0}; }
Format HintFormat() { return {.name = "lakehouse.checkpoint-hint", .major = 1, .minor = 0}; }

template <class T>
Result<T> Decode(std::string_view text, const Format& format) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue document, Unseal(text, format));
  auto value = FromJson<T>(document, Reading::kTolerant);
  if (!value.ok()) return NotUnderstood(value.error());
  return value;
}

DatasetRow RowOf(const Dataset& dataset) {
  DatasetRow row{.id = dataset.id,
                 .name = dataset.name,
                 .bucket = dataset.bucket,
                 .dropped = {},
                 .schemas = dataset.schemas,
                 .files = {},
                 .tombstones = {},
                 .metadata = dataset.metadata,
                 .changes = {},
                 .next_sequence = dataset.next_sequence};
  if (dataset.dropped) row.dropped = dataset.dropped->number;
  if (dataset.tombstones != nullptr) row.tombstones = *dataset.tombstones;
  for (const auto& file : dataset.files)
    row.files.push_back({.file = *file,
                         .sequence = file->sequence,
                         .added = file->added.number,
                         .removed = file->removed ? std::optional(file->removed->number) : std::nullopt});
  for (const DatasetChange& change : dataset.changes)
    row.changes.push_back({.version = change.version.number,
                           .time = change.time,
                           .operation = change.operation,
                           .actor = change.actor,
                           .rows = change.rows,
                           .bytes = change.bytes,
                           .schema_id = change.schema_id});
  return row;
}

std::shared_ptr<const Dataset> DatasetOf(DatasetRow row) {
  auto dataset = std::make_shared<Dataset>();
  dataset->id = std::move(row.id);
  dataset->name = std::move(row.name);
  dataset->bucket = std::move(row.bucket);
  if (row.dropped) dataset->dropped = Version{*row.dropped};
  dataset->schemas = std::move(row.schemas);
  dataset->files.reserve(row.files.size());
  for (FileRow& file_row : row.files) {
    auto file = std::make_shared<DataFile>(std::move(file_row.file));
    file->sequence = file_row.sequence;
    file->added = Version{file_row.added};
    if (file_row.removed) file->removed = Version{*file_row.removed};
    dataset->files.push_back(std::move(file));
  }
  if (row.tombstones) dataset->tombstones = std::make_shared<const TombstoneSet>(std::move(*row.tombstones));
  dataset->metadata = std::move(row.metadata);
  dataset->changes.reserve(row.changes.size());
  for (ChangeRow& change : row.changes)
    dataset->changes.push_back({.version = Version{change.version},
                                .time = change.time,
                                .operation = std::move(change.operation),
                                .actor = std::move(change.actor),
                                .rows = change.rows,
                                .bytes = change.bytes,
                                .schema_id = change.schema_id});
  dataset->next_sequence = row.next_sequence;
  return dataset;
}

EntityRow RowOf(const EntityRecord& record) {
  const Entity& entity = record.entity;
  return {.kind = entity.kind,
          .id = entity.id,
          .version = entity.version,
          .committed = entity.committed.number,
          .deleted = record.life == EntityRecord::Life::kDeleted,
          .document = entity.document};
}

std::shared_ptr<const EntityRecord> RecordOf(EntityRow row) {
  auto record = std::make_shared<EntityRecord>();
  record->entity = {.kind = std::move(row.kind),
                    .id = std::move(row.id),
                    .version = row.version,
                    .committed = Version{row.committed},
                    .document = std::move(row.document)};
  record->life = row.deleted ? EntityRecord::Life::kDeleted : EntityRecord::Life::kLive;
  return record;
}

std::shared_ptr<const KeyRecord> RecordOf(KeyRow row) {
  return std::make_shared<const KeyRecord>(KeyRecord{.key = std::move(row.key),
                                                     .fingerprint = std::move(row.fingerprint),
                                                     .version = Version{row.version},
                                                     .time = row.time,
                                                     .result = std::move(row.result)});
}

/// False when the rows are not in ascending order, which look-ups rely on.
template <class Table, class Row, class MakeItem>
bool Fill(Table& table, std::vector<Row> rows, MakeItem make_item) {
  std::vector<typename Table::Pointer> items;
  items.reserve(rows.size());
  for (Row& row : rows) items.push_back(make_item(std::move(row)));
  std::optional<Table> filled = Table::FromAscending(std::move(items));
  if (!filled) return false;
  table = *std::move(filled);
  return true;
}

/// Shards are most of what a start reads. One that is as it should be is read without a JsonValue of its
/// rows; about all others Decode knows what is wrong.
Result<ShardContent> DecodeContent(std::string_view text) {
  if (IsSealed(text)) {
    auto content = ScanJson<ShardContent>(text, kSealedLimits);
    if (content && IsReadable(content->format, ShardFormat())) return *std::move(content);
  }
  return Decode<ShardContent>(text, ShardFormat());
}

}  // namespace

std::string ChecksumOf(std::string_view bytes) { return fmt::format("{:08x}", Crc32c(bytes, 0)); }

std::string EncodeRoot(CheckpointRoot root) {
  root.format = RootFormat();
  return Seal(WriteJson(root));
}

Result<CheckpointRoot> DecodeRoot(std::string_view text) {
  return Decode<CheckpointRoot>(text, RootFormat());
}

std::string EncodeShard(size_t index, const Shard& shard, Timestamp time) {
  ShardContent content{
      .format = ShardFormat(), .shard = index, .datasets = {}, .names = {}, .entities = {}, .keys = {}};
  for (const auto& dataset : shard.datasets) content.datasets.push_back(RowOf(*dataset));
  for (const auto& name : shard.names) content.names.push_back(*name);
  for (const auto& record : shard.entities) content.entities.push_back(RowOf(*record));
  for (const auto& record : shard.keys)
    if (!KeyExpired(*record, time))
      content.keys.push_back({.key = record->key,
                              .fingerprint = record->fingerprint,
                              .version = record->version.number,
                              .time = record->time,
                              .result = record->result});
  std::string text;
  AppendJsonText(content, &text);
  return Seal(std::move(text));
}

Result<std::shared_ptr<const Shard>> DecodeShard(size_t index, std::string_view text) {
  LAKE_ASSIGN_OR_RETURN(ShardContent content, DecodeContent(text));
  if (content.shard != index) return DataLoss("damaged", "it holds shard {}", content.shard);
  auto shard = std::make_shared<Shard>();
  for (const NameEntry& name : content.names) shard->live_names += name.live ? 1 : 0;
  const bool ordered =
      Fill(shard->datasets, std::move(content.datasets), DatasetOf) &&
      Fill(shard->names, std::move(content.names),
           [](NameEntry name) { return std::make_shared<const NameEntry>(std::move(name)); }) &&
      Fill(shard->entities, std::move(content.entities),
           [](EntityRow row) { return RecordOf(std::move(row)); }) &&
      Fill(shard->keys, std::move(content.keys), [](KeyRow row) { return RecordOf(std::move(row)); });
  if (!ordered) return DataLoss("damaged", "its rows are not in order");
  return shard;
}

std::string EncodeHint(Version version) {
  return Seal(
      WriteJson(JsonValue::MakeObject({{"format", ToJson(HintFormat())}, {"version", version.number}})));
}

Result<Version> DecodeHint(std::string_view text) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue document, Unseal(text, HintFormat()));
  const JsonValue* version = document.Find("version");
  if (version == nullptr || !version->is_int() || version->as_int() < 1)
    return DataLoss("damaged", "it names no version");
  return Version{static_cast<uint64_t>(version->as_int())};
}

}  // namespace lake::catalog
