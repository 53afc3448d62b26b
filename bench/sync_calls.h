// What this process asks of its disks: the server under test runs in it.
#pragma once

#include <cstdint>

namespace lake::bench {

/// Calls of fsync, fdatasync and syncfs so far, of any thread.
uint64_t SyncCalls();

}  // namespace lake::bench
