#include "generation_storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "part_store.h"

namespace lake::vector {
namespace {

constexpr std::string_view kGenerationsPrefix = "vectors/";
constexpr const char* kGivenUp = "given-up";

Status RemovePrefix(storage::ObjectStore& store, const std::string& prefix) {
  const Context context;
  storage::ListOptions options = {.prefix = prefix};
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store.List(context, options));
    for (const storage::ObjectInfo& object : page.objects)
      LAKE_RETURN_IF_ERROR(store.Delete(context, object.key));
    if (!page.next_after) return {};
    options.after = *page.next_after;
  }
}

}  // namespace

std::string GenerationPrefix(std::string_view generation) {
  return fmt::format("{}{}/", kGenerationsPrefix, generation);
}

GenerationStorage::GenerationStorage(const storage::BucketRegistry& buckets, Log& log, Listener on_removed,
                                     std::chrono::milliseconds grace)
    : buckets_(buckets), log_(log), on_removed_(std::move(on_removed)), grace_(grace) {}

void GenerationStorage::Remove(const std::string& bucket, const std::string& generation) {
  if (on_removed_) on_removed_(generation);
  Result<std::shared_ptr<storage::ObjectStore>> store = buckets_.Find(storage::BucketName(bucket));
  const Status removed =
      store.ok() ? RemovePrefix(**store, GenerationPrefix(generation)) : Status(std::move(store).error());
  if (!removed.ok())
    log_.Warning("index_files_not_removed",
                 {{"generation", generation}, {"error", removed.error().ToString()}});
}

void GenerationStorage::Retire(const std::string& bucket, const std::string& generation) {
  {
    MutexLock lock(mutex_);
    retired_.push_back({bucket, generation, std::chrono::steady_clock::now() + grace_});
  }
  RemoveRetired();
}

void GenerationStorage::RemoveRetired() {
  std::vector<Retired> due;
  {
    MutexLock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const auto later = std::ranges::partition(retired_, [&](const Retired& one) { return one.due > now; });
    due.assign(std::make_move_iterator(later.begin()), std::make_move_iterator(later.end()));
    retired_.erase(later.begin(), later.end());
  }
  for (const Retired& one : due) Remove(one.bucket, one.generation);
}

Status GenerationStorage::GiveUp(const Context& context, const std::string& bucket,
                                 const std::string& generation) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                        buckets_.Find(storage::BucketName(bucket)));
  LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key,
                        storage::ObjectKey::Parse(GenerationPrefix(generation) + kGivenUp));
  LAKE_RETURN_IF_ERROR(store->Put(context, key, "", storage::Overwrite{}));
  return {};
}

Result<bool> GenerationStorage::IsGivenUp(const Context& context, const std::string& bucket,
                                          const std::string& generation) {
  return Has(context, bucket, GenerationPrefix(generation) + kGivenUp);
}

Result<bool> GenerationStorage::HasParts(const Context& context, const std::string& bucket,
                                         const std::string& generation) {
  return Has(context, bucket, PartKey(GenerationPrefix(generation), 0));
}

Result<bool> GenerationStorage::Has(const Context& context, const std::string& bucket,
                                    const std::string& object) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                        buckets_.Find(storage::BucketName(bucket)));
  LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, storage::ObjectKey::Parse(object));
  const Result<storage::ObjectInfo> info = store->Head(context, key);
  if (info.ok() || info.error().Is(ErrorCode::kNotFound)) return info.ok();
  return info.error();
}

Status GenerationStorage::Collect(const Context& context, const GenerationPlaces& used) {
  for (const storage::BucketName& name : buckets_.Names())
    LAKE_RETURN_IF_ERROR(CollectIn(context, name, used));
  return {};
}

Status GenerationStorage::CollectIn(const Context& context, const storage::BucketName& bucket,
                                    const GenerationPlaces& used) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store, buckets_.Find(bucket));
  storage::ListOptions options = {.prefix = std::string(kGenerationsPrefix), .delimiter = "/"};
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store->List(context, options));
    for (const std::string& prefix : page.common_prefixes) {
      const std::string generation =
          prefix.substr(kGenerationsPrefix.size(), prefix.size() - kGenerationsPrefix.size() - 1);
      if (!used.contains({bucket.value(), generation})) LAKE_RETURN_IF_ERROR(RemovePrefix(*store, prefix));
    }
    if (!page.next_after) return {};
    options.after = *page.next_after;
  }
}

}  // namespace lake::vector
