// An index is taken into memory before it is asked.
#pragma once

#include <cstdint>
#include <memory>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/vector/open_indexes.h"

namespace lake::profiles {

/// Opens the live generation and walks its graph once. What walks read is copied into memory of its own when
/// the segment has no more than `room_bytes`. Errors: those of OpenIndexes::Warm and OpenIndex::FindNearest.
Result<std::shared_ptr<vector::OpenIndex>> WarmUp(const Context& context, vector::OpenIndexes& indexes,
                                                  const vector::IndexRecord& record, uint64_t room_bytes);

}  // namespace lake::profiles
