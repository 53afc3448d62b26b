// The SQL types a person may declare for a column.
#pragma once

#include <string>
#include <string_view>

#include "lake/common/result.h"

namespace lake::tables {

/// Upper-case canonical text of a declared type: one of the scalar types, DECIMAL(p,s) with 1 ≤ p ≤ 38 and s
/// ≤ p, or a list of such ("BIGINT[]"). Common synonyms are understood ("int", "text", "timestamptz"). Error:
/// invalid_argument/bad_column_type. The text is safe to put into trusted SQL.
Result<std::string> ParseColumnType(std::string_view text);

}  // namespace lake::tables
