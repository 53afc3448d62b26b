#include "new_key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace lake::app {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

}  // namespace

Result<NewKeyFile> NewKeyFile::Create(std::string path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0 && errno == EEXIST)
    return AlreadyExists("file_exists", "'{}' is there already; a key is saved in a new file only", path);
  NewKeyFile file(std::move(path), descriptor);
  if (descriptor < 0) return file.NotSaved();
  return file;
}

NewKeyFile::NewKeyFile(NewKeyFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

NewKeyFile::~NewKeyFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

Status NewKeyFile::Save(std::string_view key) {
  const std::string line = std::string(key) + "\n";
  errno = ENOSPC;  // What a write that stops short of a line means.
  if (::write(descriptor_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) ||
      ::fsync(descriptor_) != 0)
    return NotSaved();
  ::close(std::exchange(descriptor_, -1));
  return {};
}

Error NewKeyFile::NotSaved() const {
  return Unavailable("key_not_saved", "cannot write the key file '{}': {}", path_,
                     std::generic_category().message(errno));
}

}  // namespace lake::app
