// Rows that a relation leaves out stay unseen: DuckDB's optimizer moves what the user wrote below and beside
// the conditions that hide them, so a cast or a regular expression of the user's would run on hidden rows and
// fail with their values in its message. The barrier keeps every expression that could fail above them.
//
// A plan marks the border with `WHERE lake_barrier()` (see engine.h). Before DuckDB optimizes it:
//  * no expression above a border can fail (IsSafeOnHiddenRows): the marks go, and nothing is lost;
//  * otherwise each mark becomes a LIMIT that no result reaches. No optimizer may move an expression across a
//    LIMIT, as that would change results. Conditions that cannot fail are pushed below it first, so row
//    groups are pruned as ever. The LIMITs go when DuckDB has optimized the plan: they cost nothing to run.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/main/config.hpp"
#include "duckdb/main/database.hpp"

namespace lake::engine {

void AddRowBarrier(duckdb::DBConfig& config);
void RegisterBarrierFunction(duckdb::DuckDB& database);

}  // namespace lake::engine
