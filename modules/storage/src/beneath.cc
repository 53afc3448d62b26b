#include "beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>

namespace lake::storage {
namespace {

// openat2 says EAGAIN when a rename ran beside it; the kernel's manual asks to try again.
constexpr int kMaxResolveAttempts = 16;

Opened OpenAt(int directory, const char* name, int flags) {
  for (;;) {
    const int number = ::openat(directory, name, flags | O_CLOEXEC | O_NOFOLLOW);
    if (number >= 0) return Descriptor(number);
    if (errno != EINTR) return std::unexpected(errno);
  }
}

Opened OpenAt2(int directory, const char* path, int flags) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  for (int attempt = 0;; ++attempt) {
    const long number = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
    if (number >= 0) return Descriptor(static_cast<int>(number));
    if (errno != EINTR && (errno != EAGAIN || attempt == kMaxResolveAttempts)) return std::unexpected(errno);
  }
}

/// Object keys cannot hold these; a second look costs little and both resolutions then agree.
bool IsPlain(std::string_view path) {
  if (path.empty()) return true;
  for (;;) {
    const size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || part.contains('\0')) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

Resolution OfferedResolution(const Descriptor& root) {
  return OpenAt2(root.number(), ".", O_PATH | O_DIRECTORY) ? Resolution::kKernel : Resolution::kWalk;
}

Opened Beneath::Open(std::string_view path, int flags) const {
  if (!IsPlain(path)) return std::unexpected(EXDEV);
  if (path.empty()) return OpenAt(root_.number(), ".", flags);
  if (resolution_ == Resolution::kWalk) return Walk(path, flags);
  return OpenAt2(root_.number(), std::string(path).c_str(), flags);
}

Opened Beneath::Walk(std::string_view path, int flags) const {
  Descriptor directory;
  for (;;) {
    const int at = directory.is_open() ? directory.number() : root_.number();
    const size_t slash = path.find('/');
    const std::string part(path.substr(0, slash));
    if (slash == std::string_view::npos) return OpenAt(at, part.c_str(), flags);
    Opened next = OpenAt(at, part.c_str(), O_PATH | O_DIRECTORY);
    if (!next) return next;
    directory = *std::move(next);
    path.remove_prefix(slash + 1);
  }
}

std::expected<Beneath::Place, int> Beneath::Locate(std::string_view path) const {
  const size_t slash = path.rfind('/');
  const std::string_view parent =
      slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (name.empty() || !IsPlain(name)) return std::unexpected(EXDEV);
  Opened directory = Open(parent, O_PATH | O_DIRECTORY);
  if (!directory) return std::unexpected(directory.error());
  return Place{*std::move(directory), std::string(name)};
}

}  // namespace lake::storage
