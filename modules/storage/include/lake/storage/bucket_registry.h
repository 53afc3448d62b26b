// The buckets this process knows, by name. Datasets name a bucket; the registry gives the store behind it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lake/common/id.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

using BucketName = Id<struct BucketTag>;

/// 3–63 characters of a-z, 0-9, '-', '.', '_', starting with a letter or digit. Error:
/// invalid_argument/bad_bucket_name.
Result<BucketName> ParseBucketName(std::string_view text);

inline const BucketName kPrimaryBucket{"primary"};

/// Any thread.
class BucketRegistry {
 public:
  /// Error: already_exists/bucket_exists.
  Status Attach(const BucketName& name, std::shared_ptr<ObjectStore> store);
  /// Error: not_found/bucket_not_found.
  Result<std::shared_ptr<ObjectStore>> Find(const BucketName& name) const;
  std::vector<BucketName> Names() const;  ///< Ascending.

 private:
  mutable Mutex mutex_;
  std::map<BucketName, std::shared_ptr<ObjectStore>> stores_ LAKE_GUARDED_BY(mutex_);
};

/// Puts twice with IfAbsent to the scratch key `_probe/<probe_name>` and once with a wrong etag, then deletes
/// it: a store that ignores the conditions may hold data, not the catalog. `probe_name` is one key segment
/// that no other probe uses. Errors: failed_precondition/store_ignores_conditions, those of the store.
Status ProbeConditionalPut(const Context& context, ObjectStore& store, const std::string& probe_name);

}  // namespace lake::storage
