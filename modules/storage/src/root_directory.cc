#include "root_directory.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace lake::storage {
namespace {

// What is stored is governed by roles; other accounts of the machine get no way around them.

Error BadRoot(const std::string& path, std::string_view call) {
  const int error_number = errno;
  return FailedPrecondition("bad_root", "the data directory cannot be used")
      .WithCause(fmt::format("{} {}: {}", call, path, std::generic_category().message(error_number)));
}

Descriptor OpenDirectory(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

Status MakeDirectory(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) != 0 && errno != EEXIST) return BadRoot(path, "mkdir");
  const Descriptor parent = OpenDirectory(path.parent_path());
  if (!parent.is_open() || ::fsync(parent.number()) != 0) return BadRoot(path.parent_path(), "fsync");
  return {};
}

}  // namespace

Result<Descriptor> OpenRootDirectory(const std::string& path) {
  Descriptor existing = OpenDirectory(path);
  if (existing.is_open()) return existing;
  if (errno != ENOENT || path.empty()) return BadRoot(path, "open");

  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::absolute(path, failed).lexically_normal();
  if (failed) return BadRoot(path, "absolute");
  std::filesystem::path made;
  for (const std::filesystem::path& part : whole) {
    made /= part;
    struct stat status{};
    if (part.empty() || ::stat(made.c_str(), &status) == 0) continue;
    LAKE_RETURN_IF_ERROR(MakeDirectory(made));
  }
  Descriptor root = OpenDirectory(path);
  if (!root.is_open()) return BadRoot(path, "open");
  return root;
}

}  // namespace lake::storage
