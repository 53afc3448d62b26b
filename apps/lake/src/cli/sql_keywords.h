// Words of the SQL that users may write.
#pragma once

#include <span>
#include <string_view>

namespace lake::app {

/// In upper case, sorted.
std::span<const std::string_view> SqlKeywords();
/// Functions in FROM, beside the datasets: searches.
std::span<const std::string_view> SqlSearches();

}  // namespace lake::app
