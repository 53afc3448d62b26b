// Whether a statement asked again gives the same rows, as long as the tables it reads hold the same ones.
#pragma once

#include <span>
#include <string_view>

#include "lake/common/json.h"

namespace lake::query {

/// Of a statement that passed the gate, as it was written. False for chance, time, and samples.
bool IsRepeatable(const JsonValue& tree);

/// Allowed functions, and words that SQL reads as such, whose results are not made from their arguments
/// alone; ascending.
std::span<const std::string_view> UnrepeatableFunctions();

}  // namespace lake::query
