#include "promotion_files.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "lake/common/json_io.h"

namespace lake::vector {
namespace {

constexpr std::string_view kPrefix = "_hnsw_promotions/";
constexpr std::string_view kSuffix = ".json";
/// 51 entries with notes of a kilobyte are a twentieth of it.
constexpr uint64_t kMaxFileBytes = 1u << 20;
/// Others change a record a few times a second at most.
constexpr int kMaxPromotionAttempts = 10;

Result<storage::ObjectKey> KeyOf(std::string_view index) {
  return storage::ObjectKey::Parse(fmt::format("{}{}{}", kPrefix, index, kSuffix));
}

std::string TextOf(const Promotions& promotions) { return WriteJson(promotions) + "\n"; }

}  // namespace

Result<std::string> PromotionFiles::Get(const Context& context, const std::string& bucket,
                                        std::string_view index) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                        buckets_.Find(storage::BucketName(bucket)));
  LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, KeyOf(index));
  LAKE_ASSIGN_OR_RETURN(std::string text, store->Get(context, key, {.length = kMaxFileBytes + 1}));
  if (text.size() > kMaxFileBytes)
    return DataLoss("promotions_too_large", "'{}' has more than {} bytes", key.text(), kMaxFileBytes);
  return text;
}

std::optional<Promotions> PromotionFiles::Read(const Context& context, const std::string& bucket,
                                               std::string_view index) {
  const Result<std::string> text = Get(context, bucket, index);
  if (!text.ok() && text.error().Is("object_not_found")) return std::nullopt;
  Result<Promotions> promotions =
      text.ok() ? ReadJson<Promotions>(*text, Reading::kTolerant) : Result<Promotions>(text.error());
  if (!promotions.ok()) {
    Warn("promotions_not_read", index, promotions.error());
    return std::nullopt;
  }
  LimitHistory(&*promotions);
  return *std::move(promotions);
}

Result<std::optional<std::string>> PromotionFiles::TextNow(std::string_view index) const {
  const Result<IndexRecord> record = FindIndexRecord(*catalog_.snapshot(), index);
  if (!record.ok() && !record.error().Is(ErrorCode::kNotFound)) return record.error();
  if (!record.ok() || !record->promotions) return std::optional<std::string>();
  return std::optional(TextOf(*record->promotions));
}

/// Not with the context of a request: what is committed is committed.
Status PromotionFiles::Put(const std::string& bucket, std::string_view index,
                           const std::optional<std::string>& text) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                        buckets_.Find(storage::BucketName(bucket)));
  LAKE_ASSIGN_OR_RETURN(const storage::ObjectKey key, KeyOf(index));
  if (!text) return store->Delete(Context{}, key);
  LAKE_RETURN_IF_ERROR(store->Put(Context{}, key, *text, storage::Overwrite{}));
  return {};
}

void PromotionFiles::Export(const std::string& bucket, const std::string& index) {
  Result<std::optional<std::string>> text = TextNow(index);
  for (int attempt = 0; text.ok() && attempt < kMaxPromotionAttempts; ++attempt) {
    if (const Status put = Put(bucket, index, *text); !put.ok())
      return Warn("promotions_not_exported", index, put.error());
    Result<std::optional<std::string>> now = TextNow(index);
    if (now.ok() && *now == *text) return;
    text = std::move(now);
  }
  if (!text.ok()) Warn("promotions_not_exported", index, text.error());
}

void PromotionFiles::Mend(const Context& context, const IndexRecord& record) {
  const Result<std::string> text = Get(context, record.bucket, record.name);
  if (!text.ok() || *text != TextOf(*record.promotions)) Export(record.bucket, record.name);
}

void PromotionFiles::Remove(const std::string& bucket, std::string_view index) {
  if (const Status gone = Put(bucket, index, std::nullopt); !gone.ok())
    Warn("promotions_not_removed", index, gone.error());
}

std::set<std::string> PromotionFiles::List(const Context& context, const std::string& bucket) {
  std::set<std::string> names;
  const Result<std::shared_ptr<storage::ObjectStore>> store = buckets_.Find(storage::BucketName(bucket));
  storage::ListOptions options = {.prefix = std::string(kPrefix)};
  for (bool more = store.ok(); more;) {
    const Result<storage::ObjectPage> page = (*store)->List(context, options);
    if (!page.ok()) {
      Warn("promotions_not_listed", bucket, page.error());
      break;
    }
    for (const storage::ObjectInfo& object : page->objects) {
      const std::string_view name = std::string_view(object.key.text()).substr(kPrefix.size());
      if (name.ends_with(kSuffix)) names.emplace(name.substr(0, name.size() - kSuffix.size()));
    }
    more = page->next_after.has_value();
    if (more) options.after = *page->next_after;
  }
  return names;
}

void PromotionFiles::Warn(std::string_view event, std::string_view index, const Error& error) {
  log_.Warning(event, {{"index", index}, {"error", error.ToString()}});
}

}  // namespace lake::vector
