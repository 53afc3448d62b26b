// "lake_table_<n>": a MemoryTable of the session's read set as a table. Nothing is copied: a replacement scan
// turns the name into a table function that reads the rows in place.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/main/config.hpp"
#include "duckdb/main/database.hpp"

namespace lake::engine {

void AddMemoryTableReplacement(duckdb::DBConfig& config);
void RegisterMemoryTableFunction(duckdb::DuckDB& database);

}  // namespace lake::engine
