// Is this the start of a UTF-8 text file?
#pragma once

#include <string_view>

#include "lake/common/result.h"

namespace lake::engine {

/// Whether the bytes end where the file ends, or may be cut inside a character.
enum class Ending { kWhole, kCut };

/// Error: invalid_argument/not_csv, saying what the file is instead, or which byte is wrong.
Status CheckCsvText(std::string_view start, Ending ending);

}  // namespace lake::engine
