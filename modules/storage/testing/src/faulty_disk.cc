#include "lake/storage_testing/faulty_disk.h"

#include <fstream>
#include <functional>

#include "lake/storage/disk_error.h"

namespace lake::storage {

/// A file or a directory, with its life on the disk beside the one that processes see.
struct DiskMemory::Node {
  bool is_directory = false;
  std::string bytes;                         // files
  std::optional<std::string> synced_bytes;   // none: never synced
  std::map<std::string, NodePointer> names;  // directories
  std::map<std::string, NodePointer> synced_names;

  void SyncEverything() {
    synced_bytes = bytes;
    synced_names = names;
    for (const auto& [name, node] : names) node->SyncEverything();
  }
};

namespace {

std::string LeafOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

DiskMemory::DiskMemory() : root_(std::make_shared<Node>(Node{.is_directory = true})) {}
DiskMemory::~DiskMemory() = default;
DiskMemory::DiskMemory(DiskMemory&&) noexcept = default;
DiskMemory& DiskMemory::operator=(DiskMemory&&) noexcept = default;

namespace {

/// Makes the real tree what the picture says survived.
template <class NodePointer>
void WriteTree(const std::filesystem::path& path, const NodePointer& node) {
  if (!node->is_directory) {
    std::ofstream(path, std::ios::binary) << node->bytes;
    return;
  }
  std::filesystem::create_directories(path);
  for (const auto& [name, child] : node->names) WriteTree(path / name, child);
}

/// `keeps_name(is it there before the cut)` decides names that were not synced.
template <class NodePointer>
void Cut(const NodePointer& node, const std::function<bool()>& keeps_change) {
  if (!node->is_directory) {
    // The length may have reached the disk without the bytes; a shorter file is as wrong and easier to see.
    if (!node->synced_bytes.has_value() || *node->synced_bytes != node->bytes) {
      node->bytes = node->synced_bytes.value_or("");
    }
    node->synced_bytes = node->bytes;
    return;
  }
  auto survived = node->synced_names;
  for (const auto& [name, child] : node->names) {
    const auto synced = node->synced_names.find(name);
    const bool is_synced = synced != node->synced_names.end() && synced->second == child;
    if (!is_synced && keeps_change()) survived[name] = child;
  }
  for (const auto& [name, child] : node->synced_names) {
    if (!node->names.contains(name) && keeps_change()) survived.erase(name);
  }
  node->names = node->synced_names = std::move(survived);
  for (const auto& [name, child] : node->names) Cut(child, keeps_change);
}

}  // namespace

void DiskMemory::DropUnsynced(const std::filesystem::path& root) {
  Cut(root_, [] { return false; });
  std::filesystem::remove_all(root);
  WriteTree(root, root_);
}

void DiskMemory::DropSomeUnsynced(const std::filesystem::path& root, RandomSource& random) {
  Cut(root_, [&random] { return random.NextBelow(2) == 1; });
  std::filesystem::remove_all(root);
  WriteTree(root, root_);
}

class FaultyNewFile final : public NewFile {
 public:
  FaultyNewFile(FaultyDisk& disk, std::unique_ptr<NewFile> file)
      : disk_(disk), file_(std::move(file)), node_(std::make_shared<FaultyDisk::Node>()) {}

  Status Append(std::string_view bytes) override {
    if (Status counted = disk_.Count(DiskCall::kAppend); !counted.ok()) {
      (void)Write(bytes.substr(0, bytes.size() / 2)).ok();
      return counted;
    }
    return Write(bytes);
  }

  Result<FileStatus> Seal() override {
    LAKE_RETURN_IF_ERROR(disk_.Count(DiskCall::kSeal));
    return file_->Seal();
  }

  Status Sync() override {
    LAKE_CHECK(!was_synced_);  // an fsync is never repeated on a file
    was_synced_ = true;
    LAKE_RETURN_IF_ERROR(disk_.Count(DiskCall::kSyncFile));
    MutexLock lock(disk_.mutex_);
    node_->synced_bytes = node_->bytes;
    return {};
  }

  Status LinkAs(const std::string& path) override {
    LAKE_RETURN_IF_ERROR(disk_.Count(DiskCall::kLink));
    MutexLock lock(disk_.mutex_);
    LAKE_RETURN_IF_ERROR(file_->LinkAs(path));
    disk_.SetName(path, node_);
    return {};
  }

  Status ReplaceAs(const std::string& path) override {
    LAKE_RETURN_IF_ERROR(disk_.Count(DiskCall::kReplace));
    MutexLock lock(disk_.mutex_);
    LAKE_RETURN_IF_ERROR(file_->ReplaceAs(path));
    disk_.SetName(path, node_);
    return {};
  }

 private:
  Status Write(std::string_view bytes) {
    LAKE_RETURN_IF_ERROR(file_->Append(bytes));
    MutexLock lock(disk_.mutex_);
    node_->bytes += bytes;
    return {};
  }

  FaultyDisk& disk_;
  const std::unique_ptr<NewFile> file_;
  const FaultyDisk::NodePointer node_;
  bool was_synced_ = false;
};

class FaultyOpenFile final : public OpenFile {
 public:
  FaultyOpenFile(FaultyDisk& disk, std::unique_ptr<OpenFile> file) : disk_(disk), file_(std::move(file)) {}

  Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) override {
    LAKE_RETURN_IF_ERROR(disk_.Count(DiskCall::kRead));
    return file_->ReadAt(offset, buffer);
  }
  Result<FileStatus> Stat() override {
    LAKE_RETURN_IF_ERROR(disk_.Count(DiskCall::kStat));
    return file_->Stat();
  }

 private:
  FaultyDisk& disk_;
  const std::unique_ptr<OpenFile> file_;
};

FaultyDisk::FaultyDisk(std::unique_ptr<Disk> disk, DiskMemory& memory)
    : disk_(std::move(disk)), memory_(memory) {}
FaultyDisk::FaultyDisk(const std::filesystem::path& root, DiskMemory& memory)
    : FaultyDisk(OpenPosixDisk(root).value(), memory) {}
FaultyDisk::~FaultyDisk() = default;

void FaultyDisk::Fail(const DiskFault& fault) {
  MutexLock lock(mutex_);
  fault_ = fault;
  counted_ = 0;
}

void FaultyDisk::Heal() {
  MutexLock lock(mutex_);
  fault_.reset();
}

uint64_t FaultyDisk::calls() const {
  MutexLock lock(mutex_);
  uint64_t sum = 0;
  for (const auto& [kind, count] : calls_) sum += count;
  return sum;
}

uint64_t FaultyDisk::calls(DiskCall kind) const {
  MutexLock lock(mutex_);
  const auto found = calls_.find(kind);
  return found == calls_.end() ? 0 : found->second;
}

Status FaultyDisk::Count(DiskCall kind) {
  MutexLock lock(mutex_);
  ++calls_[kind];
  if (!fault_.has_value() || (fault_->kind.has_value() && *fault_->kind != kind)) return {};
  ++counted_;
  const bool is_hit =
      fault_->repeat == DiskFault::Repeat::kForever ? counted_ >= fault_->nth : counted_ == fault_->nth;
  if (!is_hit) return {};
  return DiskError(fault_->error_number, "testing a failure", "injected");
}

FaultyDisk::NodePointer FaultyDisk::Find(const std::string& path) const {
  NodePointer node = memory_.root_;
  for (std::string rest = path; node != nullptr && !rest.empty();) {
    const size_t slash = rest.find('/');
    const auto found = node->names.find(rest.substr(0, slash));
    node = found == node->names.end() ? nullptr : found->second;
    rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
  }
  return node;
}

void FaultyDisk::SetName(const std::string& path, NodePointer node) {
  const NodePointer directory = Find(DirectoryOf(path));
  LAKE_CHECK(directory != nullptr);
  directory->names[LeafOf(path)] = std::move(node);
}

void FaultyDisk::RemoveName(const std::string& path) {
  const NodePointer directory = Find(DirectoryOf(path));
  LAKE_CHECK(directory != nullptr);
  directory->names.erase(LeafOf(path));
}

Result<std::unique_ptr<NewFile>> FaultyDisk::CreateFile() {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kCreateFile));
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<NewFile> file, disk_->CreateFile());
  return std::make_unique<FaultyNewFile>(*this, std::move(file));
}

Result<std::unique_ptr<OpenFile>> FaultyDisk::Open(const std::string& path) {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kOpen));
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<OpenFile> file, disk_->Open(path));
  return std::make_unique<FaultyOpenFile>(*this, std::move(file));
}

Result<FileStatus> FaultyDisk::Stat(const std::string& path) {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kStat));
  return disk_->Stat(path);
}

Result<std::vector<DirectoryEntry>> FaultyDisk::ListDirectory(const std::string& path, size_t max_entries) {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kList));
  return disk_->ListDirectory(path, max_entries);
}

// The lock spans the real call so that the picture changes in the same order as the tree.

Status FaultyDisk::CreateDirectory(const std::string& path) {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kCreateDirectory));
  MutexLock lock(mutex_);
  LAKE_RETURN_IF_ERROR(disk_->CreateDirectory(path));
  if (Find(path) == nullptr) SetName(path, std::make_shared<Node>(Node{.is_directory = true}));
  return {};
}

Status FaultyDisk::SyncDirectory(const std::string& path) {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kSyncDirectory));
  LAKE_ASSIGN_OR_RETURN(const FileStatus status, disk_->Stat(path));
  if (status.kind != FileKind::kDirectory) return NotFound("path_not_found", "no directory");
  MutexLock lock(mutex_);
  const NodePointer node = Find(path);
  LAKE_CHECK(node != nullptr);
  node->synced_names = node->names;
  return {};
}

Status FaultyDisk::Unlink(const std::string& path) {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kUnlink));
  MutexLock lock(mutex_);
  LAKE_RETURN_IF_ERROR(disk_->Unlink(path));
  RemoveName(path);
  return {};
}

Status FaultyDisk::RemoveDirectory(const std::string& path) {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kRemoveDirectory));
  MutexLock lock(mutex_);
  LAKE_RETURN_IF_ERROR(disk_->RemoveDirectory(path));
  RemoveName(path);
  return {};
}

Status FaultyDisk::SyncAll() {
  LAKE_RETURN_IF_ERROR(Count(DiskCall::kSyncAll));
  MutexLock lock(mutex_);
  memory_.root_->SyncEverything();
  return {};
}

}  // namespace lake::storage
