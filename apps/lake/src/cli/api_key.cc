#include "api_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace lake::app {
namespace {

constexpr size_t kMaxKeyBytes = 4096;  // A header line of the server takes eight times as much.

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Result<std::string> ReadKeyFile(const std::string& path) {
  const OpenFile file(path);
  struct stat status{};
  if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0)
    return NotFound("file_not_found", "cannot read the key file '{}': {}", path,
                    std::generic_category().message(errno));
  if (!S_ISREG(status.st_mode)) return InvalidArgument("bad_key", "the key file '{}' is no file", path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return PermissionDenied("key_file_open_to_others",
                            "the key file '{}' is open to other users of this machine; chmod 600 it", path);
  std::string text(kMaxKeyBytes + 1, '\0');
  const ssize_t count = ::read(file.descriptor(), text.data(), text.size());
  if (count < 0)
    return NotFound("file_not_found", "cannot read the key file '{}': {}", path,
                    std::generic_category().message(errno));
  text.resize(static_cast<size_t>(count));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

/// A line end in it would be another header.
Status CheckKey(const std::string& key, const std::string& origin) {
  if (key.empty()) return InvalidArgument("bad_key", "{} has no key", origin);
  const bool printable = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
  if (printable && key.size() <= kMaxKeyBytes) return {};
  return InvalidArgument("bad_key", "{} has no key: one is a line of printable ASCII without spaces", origin);
}

}  // namespace

Result<std::optional<std::string>> FindApiKey(const KeySources& sources) {
  std::string key = sources.option;
  std::string origin = "--key";
  if (key.empty() && !sources.file.empty()) {
    LAKE_ASSIGN_OR_RETURN(key, ReadKeyFile(sources.file));
    LAKE_RETURN_IF_ERROR(CheckKey(key, "the key file '" + sources.file + "'"));
  } else if (key.empty()) {
    if (sources.environment.empty()) return std::nullopt;
    key = sources.environment;
    origin = "LAKEHOUSE_API_KEY";
  }
  LAKE_RETURN_IF_ERROR(CheckKey(key, origin));
  return std::optional(std::move(key));
}

}  // namespace lake::app
