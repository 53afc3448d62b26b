// Catalog datasets as wire structs.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "lake/access/decision.h"
#include "lake/access/request.h"
#include "lake/catalog/dataset.h"
#include "lake/catalog/metadata.h"
#include "lake/common/result.h"
#include "lake/gateway/wire/dataset.h"

namespace lake::gateway {

/// Live datasets the caller may know of, by folded name after `after`, at most `limit`.
std::vector<std::shared_ptr<const catalog::Dataset>> Reachable(const access::Request& request,
                                                               std::string_view after, size_t limit);

/// One dataset as its caller sees it: decided once, shown in parts. The dataset must outlive it.
class ShownDataset {
 public:
  /// As of `at`. Errors: those of access::Decide.
  static Result<ShownDataset> Make(const access::Request& request, const catalog::Dataset& dataset,
                                   catalog::Version at);

  /// Without its columns and objects.
  wire::Dataset Summary() const;
  std::vector<wire::DatasetColumn> Columns() const;
  /// None for a caller who does not see all that is in them.
  std::vector<wire::DatasetObject> Objects() const;
  /// Figures about all rows are for those who see all rows.
  bool ShowsAllRows() const { return decision_.row_filter().empty(); }

 private:
  ShownDataset(const catalog::Dataset& dataset, catalog::Version at, access::Decision decision,
               catalog::DatasetMetadata metadata)
      : dataset_(dataset), at_(at), decision_(std::move(decision)), metadata_(std::move(metadata)) {}

  const catalog::Dataset& dataset_;
  catalog::Version at_;
  access::Decision decision_;
  catalog::DatasetMetadata metadata_;
};

/// As the caller sees it in the request's snapshot. Errors: those of access::Decide.
Result<wire::Dataset> MakeDataset(const access::Request& request, const catalog::Dataset& dataset);
/// The same as of `at`, for what the request itself has made since.
Result<wire::Dataset> MakeDatasetAt(const access::Request& request, const catalog::Dataset& dataset,
                                    catalog::Version at);
wire::DatasetVersion MakeVersion(const catalog::DatasetChange& change);
/// Tombstones with a key value greater than `after`, at most `limit`.
wire::Page<wire::Tombstone> PageOfTombstones(const catalog::Dataset& dataset, std::string_view after,
                                             size_t limit);

}  // namespace lake::gateway
