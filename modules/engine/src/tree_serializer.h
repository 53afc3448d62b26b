// A parsed SELECT as the JSON of json_serialize_sql, and back. DuckDB serialises its parse trees through
// these two interfaces; implementing them over JsonValue needs neither SQL text nor a connection, and what is
// executed is the tree itself, never text made from it.
#pragma once

#include "duckdb_prelude.h"

#include <memory>

#include "duckdb/parser/statement/select_statement.hpp"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::engine {

/// Values in one tree. A constant takes about 20 and 100 bytes each: 1 M bound a tree to 50,000 constants and
/// 100 MB.
inline constexpr size_t kMaxTreeValues = 1u << 20;
/// Nesting of one tree in JSON levels. DuckDB stops parsing at expression depth 1,000, about three levels
/// each; views put into a statement add to that. Reading a tree recurses, some 500 bytes of stack a level.
inline constexpr size_t kMaxTreeDepth = 5000;

/// Errors: invalid_argument/statement_too_large, /statement_too_deep.
Result<JsonValue> TreeOf(const duckdb::SelectStatement& statement);
/// Errors: internal/bad_tree when `tree` is not what TreeOf gives, invalid_argument/statement_too_deep.
Result<duckdb::unique_ptr<duckdb::SelectStatement>> StatementOf(const JsonValue& tree);

}  // namespace lake::engine
