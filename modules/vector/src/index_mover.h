// An index goes to another bucket: its files are copied and compared, one commit says where they are from now
// on, and then the first ones go.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "generation_copy.h"
#include "generation_storage.h"
#include "lake/catalog/catalog.h"
#include "lake/common/mutex.h"
#include "lake/vector/index_move.h"
#include "promotion_files.h"

namespace lake::vector {

/// Any thread. One move of an index at a time.
class IndexMover {
 public:
  /// The references outlive it.
  IndexMover(catalog::Catalog& catalog, const storage::BucketRegistry& buckets, GenerationStorage& storage,
             PromotionFiles& promotion_files)
      : catalog_(catalog), buckets_(buckets), storage_(storage), promotion_files_(promotion_files) {}

  /// Done again after a crash it does what is left. What was copied for a move that failed is removed.
  /// Errors: not_found/index_not_found, failed_precondition/{index_being_built, index_being_moved,
  /// index_moved}, CopyGeneration's, those of the catalog.
  Result<IndexMoved> Move(const Context& context, const IndexMove& move, const MoveProgress& progress)
      LAKE_EXCLUDES(mutex_);

 private:
  Status CopyAndCommit(const Context& context, const IndexMove& move, const MoveProgress& progress,
                       IndexMoved* moved);
  Status CopyAll(const Context& context, const IndexMove& move, const MoveProgress& progress,
                 std::set<std::string>* copied, IndexMoved* moved);
  Status Commit(const Context& context, const IndexMove& move, const std::set<std::string>& copied,
                bool* all_copied);
  void RemoveCopies(const IndexMove& move, const std::set<std::string>& copied);

  catalog::Catalog& catalog_;
  const storage::BucketRegistry& buckets_;
  GenerationStorage& storage_;
  PromotionFiles& promotion_files_;
  Mutex mutex_;
  std::set<std::string> moving_ LAKE_GUARDED_BY(mutex_);  ///< Folded names.
};

}  // namespace lake::vector
