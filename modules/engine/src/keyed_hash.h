// lake_keyed_hash(VARCHAR): HMAC-SHA256 of a text under the key of the session's read set, for masks. The key
// is in no statement and no plan; without one the result is NULL.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/main/database.hpp"

namespace lake::engine {

void RegisterKeyedHash(duckdb::DuckDB& database);

}  // namespace lake::engine
