// One writer per data directory: an exclusive flock on the file `.lake-lock`, which is never unlinked. Freed
// when the process ends, however it ends. Refused on network file systems, where flock may be absent or a
// lie.
#pragma once

#include <memory>
#include <string>

#include "lake/common/result.h"

namespace lake::storage {

class DirectoryLock {
 public:
  /// Makes `directory` when it is missing. Never waits. Errors: failed_precondition/directory_locked with the
  /// holder's pid when it can be read, failed_precondition/network_file_system, failed_precondition/bad_root.
  static Result<DirectoryLock> Acquire(const std::string& directory);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace lake::storage
