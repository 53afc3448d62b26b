// Writers of lists, arrays, structs, maps and unions.
#pragma once

#include "duckdb_prelude.h"

#include <memory>

#include "value_writer.h"

namespace lake::engine {

/// Null when `type` is not nested.
std::unique_ptr<ValueWriter> MakeNestedWriter(const duckdb::LogicalType& type);

}  // namespace lake::engine
