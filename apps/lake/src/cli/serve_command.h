// lake serve.
#pragma once

#include "commands.h"

namespace lake::app {

/// Opens the data directory, serves until the context is cancelled, then drains. Returns an exit code.
int RunServe(const Context& context, const ConfigOptions& options);

}  // namespace lake::app
