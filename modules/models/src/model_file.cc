#include "model_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include "lake/common/check.h"
#include "lake/common/digest.h"

namespace lake::models {
namespace {

constexpr size_t kReadBytes = 1u << 20;  // Read at once, between two looks at the context.
constexpr size_t kDigestLetters = 64;    // SHA-256 in hex.
constexpr int64_t kNanos = 1'000'000'000;

FileIdentity IdentityOf(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size_bytes = static_cast<uint64_t>(status.st_size),
          .modified_ns = status.st_mtim.tv_sec * kNanos + status.st_mtim.tv_nsec};
}

/// The digest that a file beside the model promises; none without such a file.
Result<std::optional<std::string>> PromisedDigest(std::filesystem::path path) {
  path += ".sha256";
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::optional<std::string>();
  std::string digest(kDigestLetters, ' ');
  in.read(digest.data(), static_cast<std::streamsize>(digest.size()));
  if (!in || !std::ranges::all_of(digest, [](unsigned char c) { return std::isxdigit(c) != 0; }))
    return FailedPrecondition("model_not_usable", "'{}' does not begin with a SHA-256 in hex",
                              path.filename().string());
  std::ranges::transform(digest, digest.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::optional<std::string>(std::move(digest));
}

}  // namespace

std::optional<FileIdentity> IdentifyFile(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return IdentityOf(status);
}

Result<ModelFile> ModelFile::Open(const std::filesystem::path& path) {
  const std::string name = path.stem().string();
  ModelFile file(path, std::fopen(path.c_str(), "rbe"));
  if (file.file_ == nullptr && errno == ENOENT)
    return NotFound("model_not_found", "the file of the model '{}' is gone", name);
  struct stat status = {};
  if (file.file_ == nullptr || ::fstat(::fileno(file.file_.get()), &status) != 0 || !S_ISREG(status.st_mode))
    return FailedPrecondition("model_not_usable", "the file of the model '{}' cannot be opened", name)
        .WithCause(std::generic_category().message(errno));
  file.identity_ = IdentityOf(status);
  return file;
}

std::FILE* ModelFile::Rewound() {
  LAKE_CHECK(std::fseek(file_.get(), 0, SEEK_SET) == 0);  // It is a regular file.
  return file_.get();
}

Result<std::string> ModelFile::Digest(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const std::optional<std::string> promised, PromisedDigest(path_));
  const std::string name = path_.stem().string();
  Sha256 sha;
  std::vector<char> bytes(kReadBytes);
  std::FILE* file = Rewound();
  for (size_t count = bytes.size(); count == bytes.size();) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    count = std::fread(bytes.data(), 1, bytes.size(), file);
    sha.Update({bytes.data(), count});
  }
  if (std::ferror(file) != 0)
    return DataLoss("model_damaged", "the file of the model '{}' cannot be read", name)
        .WithCause(std::generic_category().message(errno));
  std::string digest = sha.FinishHex();
  if (promised && *promised != digest)
    return DataLoss("model_damaged", "the file of the model '{}' is not the one that its .sha256 promises",
                    name);
  return digest;
}

}  // namespace lake::models
