// The rows of a stream as cells, for our own modules: what users get is written down by the writers of
// result_stream.h.
#pragma once

#include <functional>
#include <span>

#include "lake/engine/memory_table.h"
#include "lake/engine/result_stream.h"

namespace lake::engine {

/// Calls `take` for each row that is left, in order; cells are valid until it returns. Integers up to BIGINT
/// are int64_t, FLOAT and DOUBLE double, VARCHAR and BLOB views of their bytes. Errors: those of the stream
/// and of `take`; internal/unreadable_type naming a column of another type.
Status ForEachRow(ResultStream& stream, const std::function<Status(std::span<const Cell>)>& take);

}  // namespace lake::engine
