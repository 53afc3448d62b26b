// Objects that nobody needs after the process: the same store without a single fsync.
#pragma once

#include <memory>

#include "lake/storage/disk.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

/// For the process that owns the directory, and for nothing else: what is in it is removed first. A put that
/// answered ok can be read by this process and may be gone after the next start. Errors: those of Disk.
Result<std::unique_ptr<ObjectStore>> OpenScratchStore(std::unique_ptr<Disk> disk);

}  // namespace lake::storage
