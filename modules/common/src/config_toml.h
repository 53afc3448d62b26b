// The one place that reads TOML.
#pragma once

#include <string>

#include "lake/common/config.h"

namespace lake::internal {

struct TomlFile {
  JsonValue document;
  ConfigPlaces places;
};

/// Dates and times become text. Error: invalid_argument/bad_config with line and column.
Result<TomlFile> ReadToml(const std::string& text, const std::string& file_name);

}  // namespace lake::internal
