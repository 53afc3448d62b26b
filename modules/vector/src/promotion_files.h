// The files that tell what was promoted for an index, in the bucket of the index. The record is the truth; a
// file is what others read, and what an older system left. Page: docs/formats/promotions.md.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "lake/catalog/catalog.h"
#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/storage/bucket_registry.h"
#include "lake/vector/index_record.h"

namespace lake::vector {

/// Any thread. What fails is logged: the next change of the record makes it good, and the next start.
class PromotionFiles {
 public:
  /// The references outlive it.
  PromotionFiles(const catalog::Catalog& catalog, const storage::BucketRegistry& buckets, Log& log)
      : catalog_(catalog), buckets_(buckets), log_(log) {}

  /// None when there is no file, and when it cannot be understood.
  std::optional<Promotions> Read(const Context& context, const std::string& bucket, std::string_view index);
  /// Makes the file what the record says now; none when nothing was ever promoted or the index is gone.
  /// Whoever exports last after concurrent changes leaves the newest.
  void Export(const std::string& bucket, const std::string& index);
  /// Exports when the file says something else.
  void Mend(const Context& context, const IndexRecord& record);
  void Remove(const std::string& bucket, std::string_view index);
  /// Names of the indexes that have a file in the bucket.
  std::set<std::string> List(const Context& context, const std::string& bucket);

 private:
  Result<std::string> Get(const Context& context, const std::string& bucket, std::string_view index);
  Status Put(const std::string& bucket, std::string_view index, const std::optional<std::string>& text);
  /// None: there is to be no file.
  Result<std::optional<std::string>> TextNow(std::string_view index) const;
  void Warn(std::string_view event, std::string_view index, const Error& error);

  const catalog::Catalog& catalog_;
  const storage::BucketRegistry& buckets_;
  Log& log_;
};

}  // namespace lake::vector
