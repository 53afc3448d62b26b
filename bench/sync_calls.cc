#include "sync_calls.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace lake::bench {
namespace {

std::atomic<uint64_t> calls = 0;

int Counted(long number, int descriptor) {
  calls.fetch_add(1, std::memory_order_relaxed);
  return static_cast<int>(::syscall(number, descriptor));
}

}  // namespace

uint64_t SyncCalls() { return calls.load(std::memory_order_relaxed); }

}  // namespace lake::bench

// The linker prefers these to those of the C library.
extern "C" int fsync(int descriptor) { return lake::bench::Counted(SYS_fsync, descriptor); }
extern "C" int fdatasync(int descriptor) { return lake::bench::Counted(SYS_fdatasync, descriptor); }
extern "C" int syncfs(int descriptor) noexcept { return lake::bench::Counted(SYS_syncfs, descriptor); }
