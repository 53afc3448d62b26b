// The life of a dataset apart from its rows' arrival: create, look up, drop, undrop, metadata, tombstones,
// versions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/catalog/catalog.h"
#include "lake/catalog/metadata.h"
#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "lake/common/random.h"
#include "lake/common/result.h"
#include "lake/storage/bucket_registry.h"

namespace lake::tables {

struct NewColumn {
  std::string name;
  std::string type;  ///< SQL type text; checked by the engine before it is committed.
};

struct NewDataset {
  std::string name;
  std::vector<NewColumn> columns;  ///< 1–10,000, names unique without regard to ASCII case.
  std::string bucket;
  JsonValue metadata;
};

struct TombstoneRequest {
  std::string row_key_column;
  std::vector<std::string> row_key_values;
  std::string reason;
};

struct TombstonesInForce {
  catalog::Version version;  ///< From which on the rows are gone.
  /// Those of the request, ascending by value. A value that had one keeps it: who asked first, and why.
  std::vector<catalog::Tombstone> tombstones;
};

/// A change of what is known of a dataset. What is none stays as it is; an empty text or list takes away.
struct MetadataChange {
  /// Outer none: stays; inner none: nobody has said.
  using Sensitivity = std::optional<std::optional<catalog::ColumnSensitivity>>;
  struct ColumnChange {
    Sensitivity sensitivity;
    std::optional<std::string> description;
  };
  std::optional<std::string> description;
  std::optional<std::string> owner;
  std::optional<std::vector<std::string>> tags;
  Sensitivity sensitivity;
  std::map<std::string, ColumnChange> columns;  ///< By name, in the current schema.
};

/// Where a dataset's files go. Error: unavailable/bucket_not_found.
Result<std::shared_ptr<storage::ObjectStore>> BucketForWriting(const storage::BucketRegistry& buckets,
                                                               const std::string& name);

/// Names a dataset may have: 1–255 bytes of letters, digits, '_', '-', '.', starting with a letter or digit,
/// and not "system". Error: invalid_argument/bad_dataset_name.
Status CheckDatasetName(std::string_view name);
/// Names columns may have: 1–255 bytes of UTF-8 without control characters. Error:
/// invalid_argument/bad_column_name.
Status CheckColumnName(std::string_view name);

/// Any thread. Each function commits once; what it returned ok for is durable.
class DatasetService {
 public:
  DatasetService(catalog::Catalog& catalog, const storage::BucketRegistry& buckets, Clock& clock,
                 RandomSource& random)
      : catalog_(catalog), buckets_(buckets), clock_(clock), random_(random) {}

  using DatasetRef = std::shared_ptr<const catalog::Dataset>;

  /// Error: not_found/dataset_not_found. It knows of no caller, so it names no other dataset
  /// (access::FindDataset does).
  static Result<DatasetRef> Find(const catalog::Snapshot& snapshot, std::string_view name);

  /// Errors: invalid_argument/…, already_exists/dataset_exists, unavailable/bucket_not_found.
  Result<DatasetRef> Create(const Context& context, const std::string& actor, NewDataset dataset);
  Status Drop(const Context& context, const std::string& actor, std::string_view name);
  /// Brings the most recently dropped dataset of that name back. Errors: not_found/dataset_not_found,
  /// already_exists/dataset_exists.
  Result<DatasetRef> Undrop(const Context& context, const std::string& actor, std::string_view name);
  /// Error: invalid_argument/column_not_found with a pointer.
  Result<DatasetRef> ChangeMetadata(const Context& context, const std::string& actor, std::string_view name,
                                    const MetadataChange& change) LAKE_EXCLUDES(metadata_mutex_);
  /// Durable on return and in force for every request that starts after it.
  /// Errors: failed_precondition/tombstone_column_conflict, invalid_argument/column_not_found.
  Result<TombstonesInForce> AddTombstones(const Context& context, const std::string& actor,
                                          std::string_view name, TombstoneRequest request);

 private:
  Result<DatasetRef> AfterCommit(const catalog::DatasetId& id) const;

  catalog::Catalog& catalog_;
  const storage::BucketRegistry& buckets_;
  Clock& clock_;
  RandomSource& random_;
  Mutex metadata_mutex_;  ///< A change is read, made and committed before the next one is read.
};

}  // namespace lake::tables
