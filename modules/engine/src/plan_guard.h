// The second lock behind the caller's own check of a user's statement: refuses bound plans that call a
// function which acts on the whole instance or the outside, however the statement spelled it, and those that
// would keep the optimizer busy for long. For every statement it refuses columns that a Parquet file would
// not give back as they were.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/main/config.hpp"

namespace lake::engine {

void AddPlanGuard(duckdb::DBConfig& config);

}  // namespace lake::engine
