#include "eval_sets.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "lake/common/json_io.h"

namespace lake::tuning {
namespace {

using storage::BucketName;
using storage::ObjectKey;
using storage::ObjectStore;

constexpr std::string_view kPrefix = "_hnsw_evals/";
constexpr std::string_view kSuffix = ".json";

Result<ObjectKey> KeyOf(std::string_view name) {
  return ObjectKey::Parse(fmt::format("{}{}{}", kPrefix, name, kSuffix));
}

Error NoSuchSet(std::string_view name) {
  return NotFound("eval_set_not_found", "eval set not found: {}", name.substr(0, 100));
}

}  // namespace

std::vector<BucketName> EvalSets::Buckets() const {
  std::vector<BucketName> names = buckets_.Names();
  std::ranges::sort(names, {}, [](const BucketName& name) {
    return std::pair(name == storage::kPrimaryBucket, name.value());
  });
  return names;
}

Result<StoredEvalSet> EvalSets::Find(const Context& context, std::string_view name) const {
  if (!CheckEvalSetName(name).ok()) return NoSuchSet(name);
  LAKE_ASSIGN_OR_RETURN(const ObjectKey key, KeyOf(name));
  for (const BucketName& bucket : Buckets()) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<ObjectStore> store, buckets_.Find(bucket));
    // The tag first: contents that are newer than it are not replaced by mistake.
    Result<storage::ObjectInfo> head = store->Head(context, key);
    if (!head.ok() && head.error().Is(ErrorCode::kNotFound)) continue;
    if (!head.ok()) return std::move(head).error();
    LAKE_ASSIGN_OR_RETURN(const std::string bytes, store->Get(context, key, {}));
    Result<EvalSet> set = ReadJson<EvalSet>(bytes, Reading::kTolerant);
    if (!set.ok())
      return DataLoss("eval_set_damaged", "the eval set '{}' in bucket '{}' cannot be read", name,
                      bucket.value())
          .WithCause(set.error().ToString());
    return StoredEvalSet{.set = std::move(*set), .bucket = bucket.value(), .etag = head->etag};
  }
  return NoSuchSet(name);
}

Result<std::vector<std::string>> EvalSets::Names(const Context& context) const {
  std::set<std::string> names;
  for (const BucketName& bucket : buckets_.Names()) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<ObjectStore> store, buckets_.Find(bucket));
    storage::ListOptions options = {.prefix = std::string(kPrefix), .delimiter = "/"};
    for (std::optional<std::string> after = ""; after.has_value();) {
      options.after = *after;
      LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store->List(context, options));
      for (const storage::ObjectInfo& object : page.objects) {
        std::string_view name = std::string_view(object.key.text()).substr(kPrefix.size());
        if (!name.ends_with(kSuffix)) continue;
        name.remove_suffix(kSuffix.size());
        if (CheckEvalSetName(name).ok()) names.emplace(name);
      }
      after = page.next_after;
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Status EvalSets::Put(const Context& context, const std::string& bucket, const EvalSet& set) const {
  LAKE_ASSIGN_OR_RETURN(const ObjectKey key, KeyOf(set.name));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<ObjectStore> target, buckets_.Find(BucketName(bucket)));
  LAKE_RETURN_IF_ERROR(target->Put(context, key, WriteJson(set), storage::Overwrite{}));
  for (const BucketName& other : buckets_.Names()) {
    if (other.value() == bucket) continue;
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<ObjectStore> store, buckets_.Find(other));
    LAKE_RETURN_IF_ERROR(store->Delete(context, key));
  }
  return {};
}

Status EvalSets::Replace(const Context& context, const StoredEvalSet& stored, const EvalSet& set) const {
  LAKE_ASSIGN_OR_RETURN(const ObjectKey key, KeyOf(set.name));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<ObjectStore> store, buckets_.Find(BucketName(stored.bucket)));
  LAKE_RETURN_IF_ERROR(store->Put(context, key, WriteJson(set), storage::IfMatch{stored.etag}));
  return {};
}

Status EvalSets::Move(const Context& context, const StoredEvalSet& stored, const std::string& to) const {
  if (stored.bucket == to) return {};
  LAKE_ASSIGN_OR_RETURN(const ObjectKey key, KeyOf(stored.set.name));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<ObjectStore> target, buckets_.Find(BucketName(to)));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<ObjectStore> source, buckets_.Find(BucketName(stored.bucket)));
  const Result<storage::Etag> put = target->Put(context, key, WriteJson(stored.set), storage::IfAbsent{});
  if (!put.ok() && !put.error().Is("object_exists")) return put.error();
  return source->Delete(context, key);
}

}  // namespace lake::tuning
