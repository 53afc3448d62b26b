// lake_mask(VARCHAR, INTEGER, INTEGER): the text with stars for all but its first and last characters, for
// masks.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/main/database.hpp"

namespace lake::engine {

void RegisterMaskText(duckdb::DuckDB& database);

}  // namespace lake::engine
