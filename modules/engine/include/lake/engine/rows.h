// The rows of a stream as cells, for our own modules: what users get is written down by the writers of
// result_stream.h.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "lake/engine/engine.h"
#include "lake/engine/memory_table.h"
#include "lake/engine/result_stream.h"

namespace lake::engine {

/// Calls `take` for each row that is left, in order; cells are valid until it returns. Integers up to BIGINT
/// are int64_t, FLOAT and DOUBLE double, VARCHAR and BLOB views of their bytes. Errors: those of the stream
/// and of `take`; internal/unreadable_type naming a column of another type.
Status ForEachRow(ResultStream& stream, const std::function<Status(std::span<const Cell>)>& take);

/// The rows of one trusted statement in a session of its own. Errors: those of the session, and as above.
Status ForEachRowOf(Engine& engine, const Context& context, ReadSet read_set, std::string_view trusted_sql,
                    const std::function<Status(std::span<const Cell>)>& take);

/// What a cell of that type holds; "" and 0 for NULL.
std::string_view TextOf(const Cell& cell);
int64_t IntegerOf(const Cell& cell);

}  // namespace lake::engine
