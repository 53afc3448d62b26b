// Environment variables, read in one place.
#pragma once

#include <optional>
#include <string>

namespace lake::app {

std::optional<std::string> EnvironmentVariable(const char* name);

}  // namespace lake::app
