// What this build is.
#pragma once

#include <string_view>

namespace lake::app {

inline constexpr std::string_view kBuildVersion = "0.1.0";

}  // namespace lake::app
