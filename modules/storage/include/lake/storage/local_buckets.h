// Local buckets that are made while the server runs: each is a directory of its name below one root. The
// directory is the record of it: what is there at the next start is a bucket again.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lake/common/result.h"
#include "lake/storage/bucket_registry.h"
#include "lake/storage/directory_lock.h"

namespace lake::storage {

/// More than these are a mistake: each is looked through at every start.
inline constexpr size_t kMaxLocalBuckets = 1000;

/// Whether a bucket had to be made.
enum class Provisioned { kMade, kThere };

/// Any thread; Provision of one name by one at a time.
class LocalBuckets {
 public:
  /// Attaches every directory below `root` that has a bucket's name, except those whose name a bucket of
  /// `registry` has already. An empty root is none. `registry` must outlive it. Errors: those of
  /// DirectoryLock::Acquire (`root` is of one process), resource_exhausted/too_many_buckets, those of the
  /// store.
  static Result<std::unique_ptr<LocalBuckets>> Open(const std::string& root, BucketRegistry& registry);

  /// Whether Provision can make buckets at all.
  bool has_root() const { return !root_.empty(); }

  /// Makes the bucket unless it is attached already; durable on ok. Errors:
  /// failed_precondition/no_profile_root, resource_exhausted/too_many_buckets, those of the store.
  Result<Provisioned> Provision(const BucketName& name);

 private:
  LocalBuckets(std::string root, std::optional<DirectoryLock> lock, BucketRegistry& registry)
      : root_(std::move(root)), lock_(std::move(lock)), registry_(registry) {}

  Status AttachThose();
  Status Attach(const BucketName& name);

  const std::string root_;
  const std::optional<DirectoryLock> lock_;
  BucketRegistry& registry_;
};

/// failed_precondition/no_profile_root.
Error NoProfileRoot(const BucketName& name);

/// The store in a directory, which is made durably when it is missing. Error:
/// failed_precondition/bad_root.
Result<std::shared_ptr<ObjectStore>> OpenLocalBucket(const std::string& directory);

}  // namespace lake::storage
