// PosixDisk with its two choices laid open, for tests of the fallbacks.
#pragma once

#include <memory>
#include <string>

#include "posix_file.h"

namespace lake::storage {

Result<std::unique_ptr<Disk>> OpenPosixDiskWith(const std::string& root, Resolution resolution,
                                                Beginning beginning);

}  // namespace lake::storage
