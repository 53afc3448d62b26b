#include "lake/storage/local_buckets.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "lake/storage/disk.h"
#include "lake/storage/local_store.h"

namespace lake::storage {
namespace {

namespace fs = std::filesystem;

/// Names of the directories below `root` that can be buckets, ascending.
Result<std::vector<BucketName>> NamesBelow(const std::string& root) {
  std::vector<BucketName> names;
  std::error_code failed;
  for (fs::directory_iterator entry(root, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code unknown;
    if (!fs::is_directory(entry->symlink_status(unknown))) continue;
    if (Result<BucketName> name = ParseBucketName(entry->path().filename().string()); name.ok())
      names.push_back(*std::move(name));
  }
  if (failed)
    return FailedPrecondition("bad_root", "the directory of profiles' buckets cannot be read")
        .WithCause(failed.message());
  std::ranges::sort(names);
  return names;
}

Error TooMany() {
  return ResourceExhausted("too_many_buckets", "there are {} buckets of profiles already", kMaxLocalBuckets);
}

}  // namespace

Error NoProfileRoot(const BucketName& name) {
  return FailedPrecondition(
      "no_profile_root",
      "bucket '{}' is not there, and storage.profile_root does not say where it could be made", name.value());
}

Result<std::shared_ptr<ObjectStore>> OpenLocalBucket(const std::string& directory) {
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<Disk> disk, OpenPosixDisk(directory));
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<ObjectStore> store, OpenLocalStore(std::move(disk)));
  return std::shared_ptr<ObjectStore>(std::move(store));
}

Result<std::unique_ptr<LocalBuckets>> LocalBuckets::Open(const std::string& root, BucketRegistry& registry) {
  std::optional<DirectoryLock> lock;
  if (!root.empty()) {
    LAKE_ASSIGN_OR_RETURN(lock, DirectoryLock::Acquire(root));
  }
  std::unique_ptr<LocalBuckets> buckets(new LocalBuckets(root, std::move(lock), registry));
  LAKE_RETURN_IF_ERROR(buckets->AttachThose());
  return buckets;
}

Status LocalBuckets::AttachThose() {
  if (root_.empty()) return {};
  LAKE_ASSIGN_OR_RETURN(const std::vector<BucketName> names, NamesBelow(root_));
  if (names.size() > kMaxLocalBuckets) return TooMany();
  for (const BucketName& name : names)
    if (!registry_.Find(name).ok()) LAKE_RETURN_IF_ERROR(Attach(name));
  return {};
}

Result<Provisioned> LocalBuckets::Provision(const BucketName& name) {
  if (registry_.Find(name).ok()) return Provisioned::kThere;
  if (root_.empty()) return NoProfileRoot(name);
  LAKE_ASSIGN_OR_RETURN(const std::vector<BucketName> names, NamesBelow(root_));
  if (names.size() >= kMaxLocalBuckets) return TooMany();
  LAKE_RETURN_IF_ERROR(Attach(name));
  return Provisioned::kMade;
}

Status LocalBuckets::Attach(const BucketName& name) {
  LAKE_ASSIGN_OR_RETURN(std::shared_ptr<ObjectStore> store,
                        OpenLocalBucket((fs::path(root_) / name.value()).string()));
  return registry_.Attach(name, std::move(store));
}

}  // namespace lake::storage
