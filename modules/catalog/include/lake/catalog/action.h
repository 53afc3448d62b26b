// What a transaction may change. A commit object holds entries, an entry holds actions; see
// docs/formats/commit-log.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lake/catalog/data_file.h"
#include "lake/catalog/schema.h"
#include "lake/catalog/version.h"
#include "lake/common/clock.h"
#include "lake/common/json.h"

namespace lake::catalog {

struct CreateDataset {
  DatasetId dataset;
  std::string name;  ///< 1–255 bytes; letters, digits, '_', '-', '.', not starting with '_' or '.'; unique.
  std::string bucket;
  std::vector<Column> columns;  ///< Becomes schema 1.
  JsonValue metadata;
};
struct DropDataset {
  DatasetId dataset;
};
struct UndropDataset {
  DatasetId dataset;  ///< Refused when its name has been taken meanwhile.
};
struct RenameDataset {
  DatasetId dataset;
  std::string name;
};
struct AddFiles {
  DatasetId dataset;
  std::vector<DataFile> files;  ///< sequence, added and removed are given by the commit.
};
struct RemoveFiles {
  DatasetId dataset;
  std::vector<FileId> files;  ///< Each must be live: a file somebody else removed is a conflict.
};
/// Every live file goes, whatever they are at commit time (replace mode).
struct RemoveAllFiles {
  DatasetId dataset;
};
struct SetSchema {
  DatasetId dataset;
  int32_t expected_schema_id = 0;  ///< Conflict when another schema is current.
  std::vector<Column>
      columns;  ///< Known field ids keep their meaning; new ones must be above all earlier ones.
};
struct SetMetadata {
  DatasetId dataset;
  JsonValue metadata;  ///< Replaces the document.
};
struct AddTombstones {
  DatasetId dataset;
  std::string row_key_column;               ///< A column of the current schema.
  std::vector<std::string> row_key_values;  ///< 1–100,000; one that is there already keeps its first record.
  std::string actor;
  std::string reason;
};
struct RemoveTombstones {
  DatasetId dataset;
  std::vector<std::string> row_key_values;  ///< 1–100,000; those not there are left alone.
};
/// The generic action: entities of kinds the catalog knows nothing about (views, roles, keys, buckets,
/// indexes…).
struct PutEntity {
  std::string kind;
  std::string id;
  std::optional<uint64_t>
      expected_version;  ///< Entity version; 0 = must not exist; absent = whatever is there.
  JsonValue document;
};
struct DeleteEntity {
  std::string kind;
  std::string id;
  std::optional<uint64_t> expected_version;
};

using Action = std::variant<CreateDataset, DropDataset, UndropDataset, RenameDataset, AddFiles, RemoveFiles,
                            RemoveAllFiles, SetSchema, SetMetadata, AddTombstones, RemoveTombstones,
                            PutEntity, DeleteEntity>;

/// What a transaction read and relies on. The commit is refused when it is no longer so.
struct ReadDependency {
  DatasetId dataset;
  std::optional<int32_t> schema_id;  ///< The schema it read is still current.
  std::vector<FileId> files;         ///< These files are still live.
};

/// What one caller wants to happen, all or nothing.
struct Transaction {
  std::string operation;  ///< "ingest", "create"…: shown in versions and history; 1–64 bytes.
  std::string actor;      ///< At most 255 bytes.
  std::optional<std::string> idempotency_key;  ///< 1–255 bytes. The same key again gives the first outcome.
  std::string request_fingerprint;             ///< ≤ 255 bytes; same key with another fingerprint is refused.
  JsonValue result;  ///< Small (≤ 16 KiB): given back to a repeated idempotency key.
  std::vector<ReadDependency> read_set;
  std::vector<Action> actions;  ///< 1–10,000.
};

struct CommitOutcome {
  Version version;
  Timestamp time;
  JsonValue result;  ///< Of this transaction, or of the earlier one when replayed.
  enum class Kind { kCommitted, kReplayed } kind = Kind::kCommitted;
};

}  // namespace lake::catalog
