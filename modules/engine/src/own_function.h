// Functions of our own in the engine's system catalog, and tables that are calls of one.
#pragma once

#include "duckdb_prelude.h"

#include <string>

#include "duckdb/function/scalar_function.hpp"
#include "duckdb/function/table_function.hpp"
#include "duckdb/main/database.hpp"
#include "duckdb/parser/tableref.hpp"

namespace lake::engine {

void AddOwnFunction(duckdb::DuckDB& database, duckdb::ScalarFunction function);
void AddOwnFunction(duckdb::DuckDB& database, duckdb::TableFunction function);

/// "<function>('<argument>')" in FROM, for a replacement scan.
duckdb::unique_ptr<duckdb::TableRef> CallOf(const char* function, const std::string& argument);

}  // namespace lake::engine
