#include "lake/storage/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include "descriptor.h"
#include "root_directory.h"

namespace lake::storage {
namespace {

constexpr const char* kLockFile = ".lake-lock";

// f_type of statfs(2), from the kernel's magic.h and the file systems' own sources.
constexpr std::array<uint32_t, 8> kNetworkFileSystems = {
    0x6969,      // NFS
    0x517B,      // SMB
    0xFF534D42,  // CIFS
    0xFE534D42,  // SMB2
    0x5346414F,  // AFS
    0x73757245,  // CODA
    0x00C36400,  // Ceph
    0x0BD00BD0,  // Lustre
};

Error BadRoot(std::string_view call) {
  const int error_number = errno;
  return FailedPrecondition("bad_root", "the data directory cannot be locked")
      .WithCause(fmt::format("{}: {}", call, std::generic_category().message(error_number)));
}

Error Locked(const Descriptor& file) {
  std::array<char, 20> text{};
  const ssize_t got = ::pread(file.number(), text.data(), text.size(), 0);
  long pid = 0;
  if (got > 0) std::from_chars(text.data(), text.data() + got, pid);
  if (pid > 0) {
    return FailedPrecondition("directory_locked", "another process (pid {}) uses this data directory", pid);
  }
  return FailedPrecondition("directory_locked", "another process uses this data directory");
}

/// For people and for Locked; the lock itself does not depend on it.
void WritePid(const Descriptor& file) {
  const std::string text = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file.number(), 0) == 0) (void)!::pwrite(file.number(), text.data(), text.size(), 0);
}

}  // namespace

Result<DirectoryLock> DirectoryLock::Acquire(const std::string& directory) {
  LAKE_ASSIGN_OR_RETURN(const Descriptor root, OpenRootDirectory(directory));
  struct statfs system{};
  if (::fstatfs(root.number(), &system) != 0) return BadRoot("fstatfs");
  // f_type is signed and may be 32 bits wide; magic numbers are compared as the 32 bits they are.
  if (std::ranges::count(kNetworkFileSystems, static_cast<uint32_t>(system.f_type)) > 0) {
    return FailedPrecondition("network_file_system", "a data directory cannot lie on a network file system");
  }
  Descriptor file(::openat(root.number(), kLockFile, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!file.is_open()) return BadRoot("openat");
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Locked(file);
    return BadRoot("flock");
  }
  WritePid(file);
  return DirectoryLock(file.Release());
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace lake::storage
