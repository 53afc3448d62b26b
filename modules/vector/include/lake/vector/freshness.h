// How far what was built is behind its dataset.
#pragma once

#include <optional>

#include "lake/catalog/dataset.h"
#include "lake/common/clock.h"
#include "lake/vector/index_record.h"

namespace lake::vector {

Deletions DeletionsOf(const catalog::Dataset& dataset);

/// Whether the dataset has other files at `now`, or other rows are deleted, than when the generation was
/// asked for.
bool IsStale(const catalog::Dataset& dataset, const Generation& generation, catalog::Version now);

/// Whether both generations are of the same rows.
bool CoverSameRows(const catalog::Dataset& dataset, const Generation& one, const Generation& other);

/// Time of the first change that the generation does not cover; none when it is not stale.
std::optional<Timestamp> StaleSince(const catalog::Dataset& dataset, const Generation& generation,
                                    catalog::Version now);

}  // namespace lake::vector
