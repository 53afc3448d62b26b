// "lake_values_<n>": a list of texts of the session's read set as a table. Nothing is copied and no table is
// made: a replacement scan turns the name into a table function that reads the list in place.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/main/config.hpp"
#include "duckdb/main/database.hpp"

namespace lake::engine {

void AddValuesReplacement(duckdb::DBConfig& config);
void RegisterValuesFunction(duckdb::DuckDB& database);

}  // namespace lake::engine
