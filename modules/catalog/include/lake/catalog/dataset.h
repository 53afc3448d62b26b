// One dataset inside a snapshot: an immutable value, shared by every reader of that snapshot.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/catalog/data_file.h"
#include "lake/catalog/schema.h"
#include "lake/catalog/version.h"
#include "lake/common/clock.h"
#include "lake/common/json.h"

namespace lake::catalog {

/// A row key that may not be read any more; compared as text with the key column, rows with a NULL key stay.
struct Tombstone {
  std::string row_key_value;
  Timestamp deleted_at;
  std::string actor;
  std::string reason;
};

struct TombstoneSet {
  std::string row_key_column;         ///< One per dataset, under its current name; another one is a conflict.
  int32_t row_key_field_id = 0;       ///< Finds the column in older schemas, where it may have another name.
  std::vector<Tombstone> tombstones;  ///< Ascending by row_key_value, unique.
};

/// One committed change of the dataset, for `versions` and `AT (TIMESTAMP => t)`.
struct DatasetChange {
  Version version;
  Timestamp time;
  std::string operation;  ///< Of the entry: "ingest", "drop", …
  std::string actor;
  uint64_t rows = 0;   ///< Rows of live base and delta files less those of delete files; before tombstones.
  uint64_t bytes = 0;  ///< Live bytes after it.
  int32_t schema_id = 0;  ///< Current schema after it.
};

struct Dataset {
  DatasetId id;
  std::string name;
  std::string bucket;  ///< Where new files go.
  std::optional<Version> dropped;
  std::vector<Schema> schemas;                         ///< Ascending by id; the last is current.
  std::vector<std::shared_ptr<const DataFile>> files;  ///< Ascending by sequence, removed ones included.
  std::shared_ptr<const TombstoneSet> tombstones;      ///< Null when there are none.
  JsonValue metadata;  ///< Description, owner, tags, lineage…: its owner describes it.
  /// One per transaction that touched the dataset, in order; transactions of one group commit share its
  /// version.
  std::vector<DatasetChange> changes;
  uint64_t next_sequence = 1;

  const Schema& schema() const { return schemas.back(); }
  /// The last change at or before `version`; null when the dataset did not exist yet.
  const DatasetChange* ChangeAt(Version version) const;
  /// The schema that was current at `version`, decided by the changes recorded for it.
  const Schema& SchemaAt(Version version) const;
  std::vector<std::shared_ptr<const DataFile>> FilesAt(Version version) const;
  uint64_t RowsAt(Version version) const;  ///< Before tombstones.
  uint64_t BytesAt(Version version) const;
  bool ExistsAt(Version version) const;  ///< Created at or before, and some change says what it held.
};

}  // namespace lake::catalog
