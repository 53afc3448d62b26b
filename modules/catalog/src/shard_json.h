// What a shard object holds, as described structs: catalog values with the numbers that commits gave them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "sealed_json.h"
#include "shard.h"

namespace lake::catalog {

struct FileRow {
  DataFile file;
  uint64_t sequence = 0;
  uint64_t added = 0;
  std::optional<uint64_t> removed;
};

struct ChangeRow {
  uint64_t version = 0;
  Timestamp time;
  std::string operation;
  std::string actor;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  int32_t schema_id = 0;
};

struct DatasetRow {
  DatasetId id;
  std::string name;
  std::string bucket;
  std::optional<uint64_t> dropped;
  std::vector<Schema> schemas;
  std::vector<FileRow> files;
  std::optional<TombstoneSet> tombstones;
  JsonValue metadata;
  std::vector<ChangeRow> changes;
  uint64_t next_sequence = 1;
};

struct EntityRow {
  std::string kind;
  std::string id;
  uint64_t version = 0;
  uint64_t committed = 0;
  bool deleted = false;
  JsonValue document;
};

struct KeyRow {
  std::string key;
  std::string fingerprint;
  uint64_t version = 0;
  Timestamp time;
  JsonValue result;
};

struct ShardContent {
  Format format;
  uint64_t shard = 0;
  std::vector<DatasetRow> datasets;
  std::vector<NameEntry> names;
  std::vector<EntityRow> entities;
  std::vector<KeyRow> keys;
};

}  // namespace lake::catalog

namespace lake {

template <>
struct Describe<catalog::Tombstone> {
  using T = catalog::Tombstone;
  static constexpr auto kFields =
      std::tuple{Required("row_key_value", &T::row_key_value, "Compared as text."),
                 Required("deleted_at", &T::deleted_at, "Time of the commit."),
                 Required("actor", &T::actor, "Who."), Required("reason", &T::reason, "Why.")};
};

template <>
struct Describe<catalog::TombstoneSet> {
  using T = catalog::TombstoneSet;
  static constexpr auto kFields =
      std::tuple{Required("row_key_column", &T::row_key_column, "Its name in the current schema."),
                 Required("row_key_field_id", &T::row_key_field_id, "Its field id."),
                 Required("tombstones", &T::tombstones, "Ascending by row_key_value.")};
};

template <>
struct Describe<catalog::FileRow> {
  using T = catalog::FileRow;
  static constexpr auto kFields = std::tuple{Required("file", &T::file, "As the commit named it."),
                                             Required("sequence", &T::sequence, "Order of arrival."),
                                             Required("added", &T::added, "Version that added it."),
                                             Optional("removed", &T::removed, "Version that removed it.")};
};

template <>
struct Describe<catalog::ChangeRow> {
  using T = catalog::ChangeRow;
  static constexpr auto kFields =
      std::tuple{Required("version", &T::version, "Of the commit."),
                 Required("time", &T::time, "Of the commit."),
                 Required("operation", &T::operation, "Of the entry."),
                 Required("actor", &T::actor, "Of the entry."),
                 Required("rows", &T::rows, "Live rows after it."),
                 Required("bytes", &T::bytes, "Live bytes after it."),
                 Required("schema_id", &T::schema_id, "Current schema after it.")};
};

template <>
struct Describe<catalog::DatasetRow> {
  using T = catalog::DatasetRow;
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "Unique for ever."),
                 Required("name", &T::name, "As written."),
                 Required("bucket", &T::bucket, "Where new files go."),
                 Optional("dropped", &T::dropped, "Version that dropped it."),
                 Required("schemas", &T::schemas, "Ascending by id.").Between(1, 1e9),
                 Required("files", &T::files, "Ascending by sequence, removed ones included."),
                 Optional("tombstones", &T::tombstones, "Absent when there are none."),
                 Optional("metadata", &T::metadata, "A document its owner describes."),
                 Required("changes", &T::changes, "In order."),
                 Required("next_sequence", &T::next_sequence, "Of the next file.")};
};

template <>
struct Describe<catalog::NameEntry> {
  using T = catalog::NameEntry;
  static constexpr auto kFields =
      std::tuple{Required("folded", &T::folded, "In lower case."),
                 Optional("live", &T::live, "Dataset that has the name."),
                 Required("dropped", &T::dropped, "Datasets dropped under it, in that order.")};
};

template <>
struct Describe<catalog::EntityRow> {
  using T = catalog::EntityRow;
  static constexpr auto kFields =
      std::tuple{Required("kind", &T::kind, "What kind of thing it is."),
                 Required("id", &T::id, "Unique among its kind."),
                 Required("version", &T::version, "Puts so far."),
                 Required("committed", &T::committed, "Version of the last put or delete."),
                 Optional("deleted", &T::deleted, "Only its version is left."),
                 Optional("document", &T::document, "What was put.")};
};

template <>
struct Describe<catalog::KeyRow> {
  using T = catalog::KeyRow;
  static constexpr auto kFields = std::tuple{Required("key", &T::key, "Idempotency key."),
                                             Required("fingerprint", &T::fingerprint, "Of the request."),
                                             Required("version", &T::version, "Of its commit."),
                                             Required("time", &T::time, "Of its commit."),
                                             Optional("result", &T::result, "What a repeat is answered.")};
};

template <>
struct Describe<catalog::ShardContent> {
  using T = catalog::ShardContent;
  static constexpr auto kFields = std::tuple{Required("format", &T::format, "lakehouse.shard"),
                                             Required("shard", &T::shard, "Its number."),
                                             Required("datasets", &T::datasets, "Ascending by id."),
                                             Required("names", &T::names, "Ascending by folded name."),
                                             Required("entities", &T::entities, "Ascending by kind and id."),
                                             Required("keys", &T::keys, "Ascending by key.")};
};

}  // namespace lake
