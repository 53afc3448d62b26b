#include "lake/storage/bucket_registry.h"

#include <algorithm>

namespace lake::storage {
namespace {

constexpr size_t kMinNameBytes = 3;  // S3's bounds, so that a bucket's name can be that of an S3 bucket
constexpr size_t kMaxNameBytes = 63;

bool IsLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsNameCharacter(char c) { return IsLetterOrDigit(c) || c == '-' || c == '.' || c == '_'; }

Error IgnoresConditions(std::string_view condition) {
  return FailedPrecondition("store_ignores_conditions", "the store does not honour {} on a put", condition);
}

Status ProbeWithKey(const Context& context, ObjectStore& store, const ObjectKey& key) {
  LAKE_RETURN_IF_ERROR(store.Put(context, key, "first", IfAbsent{}));
  const Result<Etag> second = store.Put(context, key, "second", IfAbsent{});
  if (second.ok()) return IgnoresConditions("If-None-Match");
  if (!second.error().Is("object_exists")) return second.error();
  // The shape of an MD5, which an S3 store may insist on.
  const Result<Etag> third =
      store.Put(context, key, "third", IfMatch{Etag("00000000000000000000000000000000")});
  if (third.ok()) return IgnoresConditions("If-Match");
  if (!third.error().Is("etag_mismatch")) return third.error();
  return {};
}

}  // namespace

Result<BucketName> ParseBucketName(std::string_view text) {
  const bool is_valid = text.size() >= kMinNameBytes && text.size() <= kMaxNameBytes &&
                        IsLetterOrDigit(text[0]) && std::ranges::all_of(text, IsNameCharacter);
  if (!is_valid) {
    return InvalidArgument(
        "bad_bucket_name",
        "a bucket's name is 3 to 63 characters of a-z, 0-9, '-', '.' and '_', and starts with a "
        "letter or digit");
  }
  return BucketName(std::string(text));
}

Status BucketRegistry::Attach(const BucketName& name, std::shared_ptr<ObjectStore> store) {
  MutexLock lock(mutex_);
  if (!stores_.emplace(name, std::move(store)).second) {
    return AlreadyExists("bucket_exists", "there is a bucket '{}' already", name.value());
  }
  return {};
}

Result<std::shared_ptr<ObjectStore>> BucketRegistry::Find(const BucketName& name) const {
  MutexLock lock(mutex_);
  const auto found = stores_.find(name);
  if (found == stores_.end()) return NotFound("bucket_not_found", "there is no bucket '{}'", name.value());
  return found->second;
}

std::vector<BucketName> BucketRegistry::Names() const {
  MutexLock lock(mutex_);
  std::vector<BucketName> names;
  for (const auto& [name, store] : stores_) names.push_back(name);
  return names;
}

Status ProbeConditionalPut(const Context& context, ObjectStore& store, const std::string& probe_name) {
  LAKE_ASSIGN_OR_RETURN(const ObjectKey key, ObjectKey::Parse("_probe/" + probe_name));
  Status probed = ProbeWithKey(context, store, key);
  const Status deleted = store.Delete(context, key);
  return probed.ok() ? deleted : probed;
}

}  // namespace lake::storage
