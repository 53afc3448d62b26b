// The eval sets of all buckets, as objects `_hnsw_evals/<name>.json`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/storage/bucket_registry.h"
#include "lake/tuning/eval_set.h"

namespace lake::tuning {

/// A set as it is in its bucket.
struct StoredEvalSet {
  EvalSet set;
  std::string bucket;
  storage::Etag etag;
};

/// Any thread.
class EvalSets {
 public:
  /// `buckets` must outlive it.
  explicit EvalSets(const storage::BucketRegistry& buckets) : buckets_(buckets) {}

  /// In whatever bucket it is, `primary` last. Errors: not_found/eval_set_not_found,
  /// data_loss/eval_set_damaged, those of the stores.
  Result<StoredEvalSet> Find(const Context& context, std::string_view name) const;
  /// Ascending, each once.
  Result<std::vector<std::string>> Names(const Context& context) const;
  /// The only set of that name on ok. Errors: not_found/bucket_not_found, those of the stores.
  Status Put(const Context& context, const std::string& bucket, const EvalSet& set) const;
  /// The same unless somebody put another one meanwhile. Errors: aborted/etag_mismatch, those of the store.
  Status Replace(const Context& context, const StoredEvalSet& stored, const EvalSet& set) const;

  /// To another bucket, unless one of that name is there already: that is newer. Errors:
  /// not_found/bucket_not_found, those of the stores.
  Status Move(const Context& context, const StoredEvalSet& stored, const std::string& to) const;

 private:
  std::vector<storage::BucketName> Buckets() const;  ///< `primary` last.

  const storage::BucketRegistry& buckets_;
};

}  // namespace lake::tuning
