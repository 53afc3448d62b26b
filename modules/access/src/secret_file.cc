#include "lake/access/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace lake::access {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr size_t kMaxBytes = 64u << 10;  // Longer ones are not ours.

/// A descriptor that is closed when it goes.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

Error NotWritten(const std::string& path) {
  return Unavailable("secret_not_written", "the file '{}' cannot be written: {}", path,
                     std::generic_category().message(errno));
}

Status WriteAll(const File& file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.fd(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return NotWritten(path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return ::fsync(file.fd()) == 0 ? Status() : Status(NotWritten(path));
}

}  // namespace

Status WriteSecretFile(const std::string& path, std::string_view text) {
  const std::string unfinished = path + ".new";
  ::unlink(unfinished.c_str());  // Left by a process that was killed.
  {
    const File file(
        ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
    if (file.fd() < 0) return NotWritten(path);
    LAKE_RETURN_IF_ERROR(WriteAll(file, text, path));
  }
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return NotWritten(path);
  const std::filesystem::path directory = std::filesystem::absolute(path).parent_path();
  const File parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.fd() < 0 || ::fsync(parent.fd()) != 0) return NotWritten(path);
  return {};
}

Result<std::optional<std::string>> ReadSecretFile(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0 && errno == ENOENT) return std::optional<std::string>();
  struct stat info = {};
  if (file.fd() < 0 || ::fstat(file.fd(), &info) != 0)
    return Unavailable("secret_not_read", "the file '{}' cannot be read: {}", path,
                       std::generic_category().message(errno));
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return FailedPrecondition("secret_readable_by_others",
                              "others may read '{}'; make it yours alone: chmod 600 '{}'", path, path);
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(file.fd(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || text.size() > kMaxBytes)
      return Unavailable("secret_not_read", "the file '{}' cannot be read", path);
    if (got == 0) return std::optional<std::string>(std::move(text));
    text.append(buffer.data(), static_cast<size_t>(got));
  }
}

}  // namespace lake::access
