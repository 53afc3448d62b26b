// Files of PosixDisk: one being written without its final name, one being read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "beneath.h"
#include "lake/common/random.h"
#include "lake/storage/disk.h"

namespace lake::storage {

/// How a file begins: unnamed (O_TMPFILE), or as `.lake-<random>.tmp` in the staging directory where the file
/// system has no unnamed files or no /proc is mounted to link them by.
enum class Beginning { kUnnamed, kStaged };

/// What the files of one disk share. Any thread.
struct FileSharing {
  FileSharing(Beneath paths, Beginning how) : beneath(std::move(paths)), beginning(how) {}

  Beneath beneath;
  std::atomic<Beginning> beginning;
  /// The clock of a kernel ticks every 1–4 ms and inodes are used again at once, so two versions of an object
  /// could share inode, size and time. Stamps of our own, never given twice, keep etags apart.
  std::atomic<int64_t> last_stamp_ns = 0;
  SystemRandom random;
};

Result<std::unique_ptr<NewFile>> CreatePosixFile(FileSharing& sharing);
Result<std::unique_ptr<OpenFile>> OpenPosixFile(const Beneath& beneath, const std::string& path);

/// fstat; `descriptor` may be O_PATH.
Result<FileStatus> StatusOf(const Descriptor& descriptor, std::string_view path);

/// DiskError for calls that give names: a parent that is no directory is path_conflict there, not
/// path_not_found.
Error NamingError(int error_number, std::string_view action, std::string_view detail);

}  // namespace lake::storage
