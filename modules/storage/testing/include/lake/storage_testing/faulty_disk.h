// A disk over a real directory whose calls can be made to fail, and which remembers what was synced, so that
// a test can cut the power. In the spirit of LevelDB's FaultInjectionTestEnv.
//
// It keeps a second picture of the tree in memory, made of the same two parts as a disk: files with contents
// that were synced or not, and directories with names that were synced or not. Nothing is really synced,
// which makes it fast. Only changes made through this object are known; start it on an empty directory or
// after PowerCut.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "lake/common/mutex.h"
#include "lake/common/random.h"
#include "lake/storage/disk.h"

namespace lake::storage {

enum class DiskCall {
  kCreateFile,
  kAppend,
  kSyncFile,
  kSeal,
  kLink,
  kReplace,
  kOpen,
  kRead,
  kStat,
  kList,
  kCreateDirectory,
  kSyncDirectory,
  kUnlink,
  kRemoveDirectory,
  kSyncAll,
};

/// Which call fails, and how. A failed call has no effect, except kAppend, which first writes half of the
/// bytes.
struct DiskFault {
  std::optional<DiskCall> kind;  ///< None: calls of every kind are counted.
  uint64_t nth = 1;              ///< Counted from 1, from the moment the fault is set.
  int error_number = 0;          ///< EIO, ENOSPC, …
  enum class Repeat { kOnce, kForever };
  Repeat repeat = Repeat::kOnce;  ///< kForever: like a process that died there, or a disk that did.
};

/// The tree as FaultyDisk sees it; outlives the disk object, as platters do. Used by one FaultyDisk at a
/// time.
class DiskMemory {
 public:
  DiskMemory();
  ~DiskMemory();
  DiskMemory(DiskMemory&&) noexcept;
  DiskMemory& operator=(DiskMemory&&) noexcept;

  /// What a power cut leaves: names and contents that were synced, nothing else.
  void DropUnsynced(const std::filesystem::path& root);
  /// What an unlucky one leaves: of the names that were not synced each is there or not as `random` has it,
  /// because a disk may write early and in any order; contents that were not synced are cut short.
  void DropSomeUnsynced(const std::filesystem::path& root, RandomSource& random);

 private:
  friend class FaultyDisk;
  struct Node;
  using NodePointer = std::shared_ptr<Node>;
  NodePointer root_;
};

/// Any thread, as every Disk.
class FaultyDisk final : public Disk {
 public:
  /// `disk` is a real one. `memory` must outlive this object.
  FaultyDisk(std::unique_ptr<Disk> disk, DiskMemory& memory);
  /// Over OpenPosixDisk(root).
  FaultyDisk(const std::filesystem::path& root, DiskMemory& memory);
  ~FaultyDisk() override;

  void Fail(const DiskFault& fault);
  void Heal();
  uint64_t calls() const;
  uint64_t calls(DiskCall kind) const;

  Result<std::unique_ptr<NewFile>> CreateFile() override;
  Result<std::unique_ptr<OpenFile>> Open(const std::string& path) override;
  Result<FileStatus> Stat(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> ListDirectory(const std::string& path, size_t max_entries) override;
  Status CreateDirectory(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Status Unlink(const std::string& path) override;
  Status RemoveDirectory(const std::string& path) override;
  Status SyncAll() override;

 private:
  friend class FaultyNewFile;
  friend class FaultyOpenFile;
  using Node = DiskMemory::Node;
  using NodePointer = DiskMemory::NodePointer;

  /// Counts the call; the error when it is to fail.
  Status Count(DiskCall kind) LAKE_EXCLUDES(mutex_);
  NodePointer Find(const std::string& path) const LAKE_REQUIRES(mutex_);
  void SetName(const std::string& path, NodePointer node) LAKE_REQUIRES(mutex_);
  void RemoveName(const std::string& path) LAKE_REQUIRES(mutex_);

  const std::unique_ptr<Disk> disk_;
  mutable Mutex mutex_;
  DiskMemory& memory_ LAKE_GUARDED_BY(mutex_);
  std::map<DiskCall, uint64_t> calls_ LAKE_GUARDED_BY(mutex_);
  std::optional<DiskFault> fault_ LAKE_GUARDED_BY(mutex_);
  uint64_t counted_ LAKE_GUARDED_BY(mutex_) = 0;  // since the fault was set
};

}  // namespace lake::storage
