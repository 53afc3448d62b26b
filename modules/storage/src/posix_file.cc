#include "posix_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <ctime>
#include <system_error>

#include "lake/storage/disk_error.h"

namespace lake::storage {
namespace {

constexpr size_t kStagedNameBytes = 16;  // 128 random bits: no two writers meet.
constexpr int64_t kNanosPerSecond = 1'000'000'000;

/// Larger than every earlier stamp, and the wall clock's time when that is larger.
int64_t NextStamp(std::atomic<int64_t>& last) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const int64_t wall = now.tv_sec * kNanosPerSecond + now.tv_nsec;
  int64_t before = last.load();
  int64_t stamp = 0;
  do {
    stamp = std::max(wall, before + 1);
  } while (!last.compare_exchange_weak(before, stamp));
  return stamp;
}

Result<Descriptor> OpenStaging(const Beneath& beneath) {
  Opened staging = beneath.Open(kStagingDirectory, O_PATH | O_DIRECTORY);
  if (!staging && staging.error() == ENOENT) {
    const std::string name(kStagingDirectory);
    if (::mkdirat(beneath.root().number(), name.c_str(), kDirectoryMode) != 0 && errno != EEXIST) {
      return DiskError(errno, "making the staging directory", "mkdirat");
    }
    staging = beneath.Open(kStagingDirectory, O_PATH | O_DIRECTORY);
  }
  if (!staging) return NamingError(staging.error(), "opening the staging directory", "openat");
  return *std::move(staging);
}

std::string StagedName(RandomSource& random) {
  return fmt::format(".lake-{}.tmp", random.NextHex(kStagedNameBytes));
}

class PosixNewFile final : public NewFile {
 public:
  PosixNewFile(FileSharing& sharing, Descriptor file, Descriptor staging, std::string staged_name)
      : sharing_(sharing),
        file_(std::move(file)),
        staging_(std::move(staging)),
        staged_(std::move(staged_name)) {}
  ~PosixNewFile() override { Unstage(); }

  Status Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.number(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return DiskError(errno, "writing a file", "write");
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }

  Result<FileStatus> Seal() override {
    const int64_t stamp = NextStamp(sharing_.last_stamp_ns);
    const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                               {.tv_sec = stamp / kNanosPerSecond, .tv_nsec = stamp % kNanosPerSecond}};
    if (::futimens(file_.number(), times) != 0) return DiskError(errno, "writing a file", "futimens");
    return StatusOf(file_, "new file");
  }

  Status Sync() override {
    if (::fsync(file_.number()) != 0) return DiskError(errno, "syncing a file", "fsync");
    return {};
  }

  Status LinkAs(const std::string& path) override {
    const auto place = sharing_.beneath.Locate(path);
    if (!place) return NamingError(place.error(), "naming a file", path);
    const int linked = LinkInto(place->directory, place->name);
    if (linked != 0) return NamingError(linked, "naming a file", path);
    Unstage();
    return {};
  }

  Status ReplaceAs(const std::string& path) override {
    const auto place = sharing_.beneath.Locate(path);
    if (!place) return NamingError(place.error(), "naming a file", path);
    LAKE_RETURN_IF_ERROR(Stage());
    if (::renameat(staging_.number(), staged_.c_str(), place->directory.number(), place->name.c_str()) != 0) {
      return NamingError(errno, "naming a file", path);
    }
    staged_.clear();
    return {};
  }

 private:
  /// 0 or an errno.
  int LinkInto(const Descriptor& directory, const std::string& name) {
    const std::string unnamed = fmt::format("/proc/self/fd/{}", file_.number());
    const bool is_staged = !staged_.empty();
    const int from = is_staged ? staging_.number() : AT_FDCWD;
    const char* source = is_staged ? staged_.c_str() : unnamed.c_str();
    const int flags = is_staged ? 0 : AT_SYMLINK_FOLLOW;
    return ::linkat(from, source, directory.number(), name.c_str(), flags) == 0 ? 0 : errno;
  }

  /// rename needs a name to start from.
  Status Stage() {
    if (!staged_.empty()) return {};
    LAKE_ASSIGN_OR_RETURN(Descriptor staging, OpenStaging(sharing_.beneath));
    std::string name = StagedName(sharing_.random);
    const int linked = LinkInto(staging, name);
    if (linked != 0) return NamingError(linked, "staging a file", "linkat");
    staging_ = std::move(staging);
    staged_ = std::move(name);
    return {};
  }

  void Unstage() {
    if (!staged_.empty()) ::unlinkat(staging_.number(), staged_.c_str(), 0);
    staged_.clear();
  }

  FileSharing& sharing_;
  Descriptor file_;
  Descriptor staging_;  // open when staged_ is not empty
  std::string staged_;
};

class PosixOpenFile final : public OpenFile {
 public:
  PosixOpenFile(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<size_t> ReadAt(uint64_t offset, std::span<char> buffer) override {
    size_t filled = 0;
    while (filled < buffer.size()) {
      const ssize_t got = ::pread(file_.number(), buffer.data() + filled, buffer.size() - filled,
                                  static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return DiskError(errno, "reading a file", path_);
      if (got == 0) break;
      filled += static_cast<size_t>(got);
    }
    return filled;
  }

  Result<FileStatus> Stat() override { return StatusOf(file_, path_); }

 private:
  Descriptor file_;
  std::string path_;
};

Result<std::unique_ptr<NewFile>> CreateStaged(FileSharing& sharing) {
  LAKE_ASSIGN_OR_RETURN(Descriptor staging, OpenStaging(sharing.beneath));
  std::string name = StagedName(sharing.random);
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Descriptor file(::openat(staging.number(), name.c_str(), flags, kFileMode));
  if (!file.is_open()) return NamingError(errno, "making a file", "openat O_EXCL");
  return std::make_unique<PosixNewFile>(sharing, std::move(file), std::move(staging), std::move(name));
}

bool SaysNoUnnamedFiles(int error_number) {
  return error_number == EOPNOTSUPP || error_number == EISDIR || error_number == EINVAL;
}

}  // namespace

Error NamingError(int error_number, std::string_view action, std::string_view detail) {
  if (error_number != ENOTDIR && error_number != ELOOP) return DiskError(error_number, action, detail);
  return FailedPrecondition("path_conflict", "a parent is no directory while {}", action)
      .WithCause(fmt::format("{}: {}", detail, std::generic_category().message(error_number)));
}

Result<FileStatus> StatusOf(const Descriptor& descriptor, std::string_view path) {
  struct stat status{};
  if (::fstat(descriptor.number(), &status) != 0) return DiskError(errno, "looking at a file", path);
  FileStatus result;
  result.kind = S_ISREG(status.st_mode)   ? FileKind::kFile
                : S_ISDIR(status.st_mode) ? FileKind::kDirectory
                                          : FileKind::kOther;
  result.size = static_cast<uint64_t>(status.st_size);
  result.inode = status.st_ino;
  result.modified_ns = status.st_mtim.tv_sec * kNanosPerSecond + status.st_mtim.tv_nsec;
  return result;
}

Result<std::unique_ptr<NewFile>> CreatePosixFile(FileSharing& sharing) {
  if (sharing.beginning == Beginning::kUnnamed) {
    Descriptor file(
        ::openat(sharing.beneath.root().number(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
    if (file.is_open())
      return std::make_unique<PosixNewFile>(sharing, std::move(file), Descriptor(), std::string());
    if (!SaysNoUnnamedFiles(errno)) return DiskError(errno, "making a file", "openat O_TMPFILE");
    sharing.beginning = Beginning::kStaged;
  }
  return CreateStaged(sharing);
}

Result<std::unique_ptr<OpenFile>> OpenPosixFile(const Beneath& beneath, const std::string& path) {
  // O_NONBLOCK: opening a stray FIFO must not hang; regular files ignore it.
  Opened file = beneath.Open(path, O_RDONLY | O_NONBLOCK);
  if (!file) return DiskError(file.error(), "opening a file", path);
  return std::make_unique<PosixOpenFile>(*std::move(file), path);
}

}  // namespace lake::storage
