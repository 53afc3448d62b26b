// A search as the commands ask for it, and its answer as people read it.
#pragma once

#include "commands.h"
#include "lake/common/json.h"

namespace lake::app {

JsonValue SearchBody(const SearchOptions& options);

/// Hits on stdout, what kind of answer it is on stderr.
void PrintHits(const JsonValue& answer);

}  // namespace lake::app
