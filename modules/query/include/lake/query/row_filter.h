// Row filters: conditions that decide which rows of a dataset a role sees. Written by administrators, they
// pass the gate like a user's statement, and are applied as a tree below everything the user wrote.
#pragma once

#include <string_view>
#include <vector>

#include "lake/catalog/schema.h"
#include "lake/common/context.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"

namespace lake::query {

/// The condition as an expression of the engine's tree, without positions. A row for which it fails or is not
/// true is not shown. Error: invalid_argument/bad_row_filter: not one condition, a function or construct that
/// statements may not use either, a subquery, a window, a parameter.
Result<JsonValue> ParseRowFilter(engine::Engine& engine, const Context& context, std::string_view condition);

/// Whether the condition can be applied to rows of these columns.
/// Error: invalid_argument/bad_row_filter, with what the engine says.
Status CheckRowFilter(engine::Engine& engine, const Context& context, std::string_view condition,
                      const std::vector<catalog::Column>& columns);

/// The place of the statement's condition; null when it has none, as a UNION.
JsonValue* WhereOf(engine::SelectTree& tree);

/// The first column that the expression names and the list does not have; empty when there is none.
std::string ColumnOutside(const JsonValue& expression, const std::vector<catalog::Column>& columns);

}  // namespace lake::query
