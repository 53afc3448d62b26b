// Catalog datasets as wire structs.
#pragma once

#include <string_view>

#include "lake/catalog/dataset.h"
#include "lake/gateway/wire/dataset.h"

namespace lake::gateway {

/// As of `at`: its objects, columns and rows then.
wire::Dataset MakeDataset(const catalog::Dataset& dataset, catalog::Version at);
/// Tombstones with a key value greater than `after`, at most `limit`.
wire::Page<wire::Tombstone> PageOfTombstones(const catalog::Dataset& dataset, std::string_view after,
                                             size_t limit);

}  // namespace lake::gateway
