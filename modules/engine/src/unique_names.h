// Names of a result's columns for formats that want each once.
#pragma once

#include <string>
#include <vector>

#include "lake/engine/result_stream.h"

namespace lake::engine {

/// A column whose name an earlier one has gets "_2", "_3"… added.
std::vector<std::string> UniqueNames(const ResultStream& stream);

}  // namespace lake::engine
