// Functions whose result grows with the product of their arguments, or doubles when it is fed back to them,
// allocate outside of DuckDB's memory limit and hear no interrupt while they work on one vector. The
// statement's calls of them are measured first and refused when they would make or do too much.
#pragma once

#include "duckdb_prelude.h"

#include "duckdb/planner/logical_operator.hpp"

namespace lake::engine {

/// Wraps the functions of a plan. To be called before DuckDB optimizes it, which computes constants, and
/// after, since copies of a part of a plan lose what was wrapped.
void LimitGrowth(duckdb::LogicalOperator& plan);

}  // namespace lake::engine
