// Disk: the few operating-system calls that durability rests on, as a seam. LocalStore touches the disk only
// through it, so a test can fail the n-th call or drop what was not synced.
//
// Paths are relative to the disk's root, '/'-separated, without "." and ".."; "" is the root itself. They
// never leave the root and no symbolic link is followed (openat2 RESOLVE_BENEATH). Any thread.
//
// Errors of every call, see disk_error.h: not_found/path_not_found, resource_exhausted/storage_full,
// unavailable/store_unreachable, internal/io_error, and those named below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/result.h"

namespace lake::storage {

/// Where files that have a name only until they get their final one are kept, below the disk's root. Object
/// keys cannot reach it. Made by the disk when it needs it.
inline constexpr std::string_view kStagingDirectory = ".lake-staging";

/// kOther: symbolic links, sockets, devices.
enum class FileKind { kFile, kDirectory, kOther };

struct FileStatus {
  FileKind kind = FileKind::kFile;
  uint64_t size = 0;  ///< Bytes.
  uint64_t inode = 0;
  int64_t modified_ns = 0;  ///< Since the epoch.
};

struct DirectoryEntry {
  std::string name;
  FileKind kind = FileKind::kFile;
};

/// A file being written, without its name yet. Destroying it before LinkAs or ReplaceAs leaves nothing
/// behind. One thread at a time; must not outlive its disk.
class NewFile {
 public:
  virtual ~NewFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  /// Once, after the last Append: stamps a modification time that no other file of this disk got.
  virtual Result<FileStatus> Seal() = 0;
  /// fsync, once. After a failure the file is lost: never synced again, since the kernel has forgotten which
  /// pages were dirty.
  virtual Status Sync() = 0;
  /// Gives the file its name. Not durable before SyncDirectory. May be called again after path_not_found.
  /// Errors: failed_precondition/object_exists, failed_precondition/path_conflict (a parent is no directory).
  virtual Status LinkAs(const std::string& path) = 0;
  /// The same, replacing what has the name now. Error: failed_precondition/path_conflict (that is a
  /// directory).
  virtual Status ReplaceAs(const std::string& path) = 0;
};

/// Must not outlive its disk.
class OpenFile {
 public:
  virtual ~OpenFile() = default;
  /// Fewer bytes than asked for only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) = 0;
  virtual Result<FileStatus> Stat() = 0;
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<NewFile>> CreateFile() = 0;
  virtual Result<std::unique_ptr<OpenFile>> Open(const std::string& path) = 0;
  virtual Result<FileStatus> Stat(const std::string& path) = 0;
  /// At most `max_entries` of the directory's entries in no particular order, without "." and "..".
  virtual Result<std::vector<DirectoryEntry>> ListDirectory(const std::string& path, size_t max_entries) = 0;
  /// ok when it is there already. Error: failed_precondition/path_conflict.
  virtual Status CreateDirectory(const std::string& path) = 0;
  /// fsync on a descriptor opened for this call.
  virtual Status SyncDirectory(const std::string& path) = 0;
  /// Error: failed_precondition/path_conflict (a directory).
  virtual Status Unlink(const std::string& path) = 0;
  /// Error: failed_precondition/directory_not_empty.
  virtual Status RemoveDirectory(const std::string& path) = 0;
  /// syncfs: all that is visible now becomes durable. Slow: it waits for every writer of the file system.
  virtual Status SyncAll() = 0;
  /// Absolute, of a file that may not be there; none where files have no path of their own.
  virtual std::optional<std::filesystem::path> PathOf(const std::string&) const { return std::nullopt; }
};

/// The real one. Makes `root` durably when it is missing. Errors: failed_precondition/bad_root.
Result<std::unique_ptr<Disk>> OpenPosixDisk(const std::string& root);

}  // namespace lake::storage
