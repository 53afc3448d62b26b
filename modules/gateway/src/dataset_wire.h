// Catalog datasets as wire structs.
#pragma once

#include <string_view>

#include "lake/access/request.h"
#include "lake/catalog/dataset.h"
#include "lake/common/result.h"
#include "lake/gateway/wire/dataset.h"

namespace lake::gateway {

/// As the caller sees it in the request's snapshot. Errors: those of access::Decide.
Result<wire::Dataset> MakeDataset(const access::Request& request, const catalog::Dataset& dataset);
/// The same as of `at`, for what the request itself has made since.
Result<wire::Dataset> MakeDatasetAt(const access::Request& request, const catalog::Dataset& dataset,
                                    catalog::Version at);
/// Tombstones with a key value greater than `after`, at most `limit`.
wire::Page<wire::Tombstone> PageOfTombstones(const catalog::Dataset& dataset, std::string_view after,
                                             size_t limit);

}  // namespace lake::gateway
