// Which expressions may be evaluated on rows that the caller must not see: those that cannot fail, whatever
// the values are. An error, and more so its text, would tell of the row.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/main/client_context.hpp"
#include "duckdb/planner/expression.hpp"

namespace lake::engine {

/// Default deny: what is not known never to throw is not safe. DuckDB's own Expression::CanThrow is no
/// substitute: it trusts each function's declaration and takes casts between nested types, from BLOB or
/// between decimals for harmless, which are not.
bool IsSafeOnHiddenRows(duckdb::ClientContext& context, const duckdb::Expression& expression);

}  // namespace lake::engine
