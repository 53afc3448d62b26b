// Makes the map of an index's regions.
#pragma once

#include "index_view.h"
#include "lake/ann/region_map.h"

namespace lake::ann {

/// An index without a graph is one region. Errors: data_loss/segment_damaged.
Result<RegionMap> RegionsOf(const IndexView& index);

}  // namespace lake::ann
