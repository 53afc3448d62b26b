// The directory everything is below: made when missing, with its name synced.
#pragma once

#include <string>

#include "descriptor.h"
#include "lake/common/result.h"

namespace lake::storage {

/// Opens `path`, making it and missing parents (mode 0700) durably first. Error:
/// failed_precondition/bad_root.
Result<Descriptor> OpenRootDirectory(const std::string& path);

}  // namespace lake::storage
