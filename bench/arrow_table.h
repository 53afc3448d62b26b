// Arrow record batches in memory, however they came, and their cells as the query API's JSON spells them.
#pragma once

#include <nanoarrow/nanoarrow.hpp>

#include <string>
#include <vector>

#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::bench {

struct ArrowTable {
  nanoarrow::UniqueSchema schema;
  std::vector<nanoarrow::UniqueArray> batches;
};

/// Error: internal/bad_arrow.
Result<ArrowTable> DecodeIpcStream(const std::string& bytes);

/// One array of cells per row: integers and floats as numbers, decimals, dates and timestamps as text. Error:
/// internal/bad_arrow, also for a type that no benchmark's query has.
Result<JsonValue::Array> RowsOf(const ArrowTable& table);

}  // namespace lake::bench
