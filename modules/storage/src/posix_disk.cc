#include "posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "lake/storage/disk_error.h"
#include "root_directory.h"

namespace lake::storage {
namespace {

struct CloseDirectory {
  void operator()(DIR* stream) const { ::closedir(stream); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

FileKind KindOf(unsigned char type) {
  return type == DT_REG ? FileKind::kFile : type == DT_DIR ? FileKind::kDirectory : FileKind::kOther;
}

class PosixDisk final : public Disk {
 public:
  PosixDisk(std::filesystem::path root, Beneath beneath, Beginning beginning)
      : root_(std::move(root)), sharing_(std::move(beneath), beginning) {}

  Result<std::unique_ptr<NewFile>> CreateFile() override { return CreatePosixFile(sharing_); }

  Result<std::unique_ptr<OpenFile>> Open(const std::string& path) override {
    return OpenPosixFile(sharing_.beneath, path);
  }

  Result<FileStatus> Stat(const std::string& path) override {
    const Opened file = sharing_.beneath.Open(path, O_PATH);
    if (!file) return DiskError(file.error(), "looking at a file", path);
    return StatusOf(*file, path);
  }

  Result<std::vector<DirectoryEntry>> ListDirectory(const std::string& path, size_t max_entries) override;
  Status CreateDirectory(const std::string& path) override;

  Status SyncDirectory(const std::string& path) override {
    const Opened directory = sharing_.beneath.Open(path, O_RDONLY | O_DIRECTORY);
    if (!directory) return DiskError(directory.error(), "syncing a directory", path);
    if (::fsync(directory->number()) != 0) return DiskError(errno, "syncing a directory", path);
    return {};
  }

  Status Unlink(const std::string& path) override { return Remove(path, 0); }
  Status RemoveDirectory(const std::string& path) override { return Remove(path, AT_REMOVEDIR); }

  Status SyncAll() override {
    const Opened root = sharing_.beneath.Open("", O_RDONLY | O_DIRECTORY);
    if (!root) return DiskError(root.error(), "syncing the disk", "open");
    if (::syncfs(root->number()) != 0) return DiskError(errno, "syncing the disk", "syncfs");
    return {};
  }

  std::optional<std::filesystem::path> PathOf(const std::string& path) const override { return root_ / path; }

 private:
  Status Remove(const std::string& path, int flags) {
    const auto place = sharing_.beneath.Locate(path);
    if (!place) return DiskError(place.error(), "removing a file", path);
    if (::unlinkat(place->directory.number(), place->name.c_str(), flags) == 0) return {};
    // POSIX lets rmdir say either of the two.
    const bool not_empty = flags == AT_REMOVEDIR && errno == EEXIST;
    return DiskError(not_empty ? ENOTEMPTY : errno, "removing a file", path);
  }

  const std::filesystem::path root_;  ///< Absolute.
  FileSharing sharing_;
};

Result<std::vector<DirectoryEntry>> PosixDisk::ListDirectory(const std::string& path, size_t max_entries) {
  Opened directory = sharing_.beneath.Open(path, O_RDONLY | O_DIRECTORY);
  if (!directory) return DiskError(directory.error(), "listing a directory", path);
  const DirectoryStream stream(::fdopendir(directory->number()));
  if (!stream) return DiskError(errno, "listing a directory", path);
  directory->Release();

  std::vector<DirectoryEntry> entries;
  while (entries.size() < max_entries) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
    if (entry == nullptr && errno != 0) return DiskError(errno, "listing a directory", path);
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    FileKind kind = KindOf(entry->d_type);
    if (entry->d_type == DT_UNKNOWN) {
      const Result<FileStatus> status =
          Stat(path.empty() ? std::string(name) : fmt::format("{}/{}", path, name));
      if (!status.ok()) continue;  // gone meanwhile
      kind = status->kind;
    }
    entries.push_back({std::string(name), kind});
  }
  return entries;
}

Status PosixDisk::CreateDirectory(const std::string& path) {
  const auto place = sharing_.beneath.Locate(path);
  if (!place) return NamingError(place.error(), "making a directory", path);
  if (::mkdirat(place->directory.number(), place->name.c_str(), kDirectoryMode) == 0) return {};
  if (errno != EEXIST) return NamingError(errno, "making a directory", path);
  LAKE_ASSIGN_OR_RETURN(const FileStatus status, Stat(path));
  if (status.kind != FileKind::kDirectory) return NamingError(ENOTDIR, "making a directory", path);
  return {};
}

/// Unnamed files are linked by their entry in /proc, which a chroot may lack.
Beginning OfferedBeginning(const Descriptor& root) {
  const std::string entry = fmt::format("/proc/self/fd/{}", root.number());
  return ::access(entry.c_str(), F_OK) == 0 ? Beginning::kUnnamed : Beginning::kStaged;
}

/// The working directory may change.
std::filesystem::path AbsolutePath(const std::string& root) {
  std::error_code failed;
  std::filesystem::path path = std::filesystem::absolute(root, failed);
  return failed ? std::filesystem::path(root) : path;
}

}  // namespace

Result<std::unique_ptr<Disk>> OpenPosixDiskWith(const std::string& root, Resolution resolution,
                                                Beginning beginning) {
  LAKE_ASSIGN_OR_RETURN(Descriptor directory, OpenRootDirectory(root));
  return std::make_unique<PosixDisk>(AbsolutePath(root), Beneath(std::move(directory), resolution),
                                     beginning);
}

Result<std::unique_ptr<Disk>> OpenPosixDisk(const std::string& root) {
  LAKE_ASSIGN_OR_RETURN(Descriptor directory, OpenRootDirectory(root));
  const Resolution resolution = OfferedResolution(directory);
  const Beginning beginning = OfferedBeginning(directory);
  return std::make_unique<PosixDisk>(AbsolutePath(root), Beneath(std::move(directory), resolution),
                                     beginning);
}

}  // namespace lake::storage
