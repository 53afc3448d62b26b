// One dataset of one snapshot as something the engine can read: which files, and the trusted SELECT over them
// that gives exactly the rows that exist (base ∪ deltas − superseded − tombstoned), before any mask or
// filter.
#pragma once

#include <string>
#include <vector>

#include "lake/catalog/dataset.h"
#include "lake/common/result.h"
#include "lake/engine/read_set.h"
#include "lake/storage/bucket_registry.h"

namespace lake::tables {

struct Relation {
  std::string select;                    ///< Trusted SQL; names only what was added to the ReadSet.
  std::vector<catalog::Column> columns;  ///< Of the SELECT, in order.
  uint64_t rows_at_most = 0;             ///< Before tombstones.
};

/// Adds the files of `dataset` as of `at` to `read_set` and returns the relation over them. Tombstones of the
/// dataset's current state apply whatever `at` is: a deleted person stays deleted in the past. Errors:
/// not_found/dataset_not_found when it did not exist at that version, not_found/bucket_not_found.
Result<Relation> CompileRelation(const storage::BucketRegistry& buckets, const catalog::Dataset& dataset,
                                 catalog::Version at, engine::ReadSet& read_set);

}  // namespace lake::tables
