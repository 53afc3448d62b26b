// The functions user SQL may call. Default deny: a function of a newer engine is refused until it is looked
// at.
#pragma once

#include <span>
#include <string_view>

namespace lake::query {

/// Names are compared without regard to ASCII case.
bool IsAllowedFunction(std::string_view name);
bool IsAllowedTableFunction(std::string_view name);
/// All scalar, aggregate and macro names, ascending.
std::span<const std::string_view> AllowedFunctions();

}  // namespace lake::query
