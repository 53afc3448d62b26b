// One file of a model: opened once, so that what is checked is what is loaded.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "lake/common/context.h"
#include "lake/common/result.h"

namespace lake::models {

/// Tells a file from another that took its name later.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size_bytes = 0;
  int64_t modified_ns = 0;
  auto operator<=>(const FileIdentity&) const = default;
};

/// None when there is no such regular file (links are followed).
std::optional<FileIdentity> IdentifyFile(const std::filesystem::path& path);

class ModelFile {
 public:
  /// Errors: not_found/model_not_found, failed_precondition/model_not_usable (it may not be read, or is no
  /// file).
  static Result<ModelFile> Open(const std::filesystem::path& path);

  const FileIdentity& identity() const { return identity_; }

  /// SHA-256 of the content, lower-case hex. Error: data_loss/model_damaged when the file "<path>.sha256"
  /// says another one; those of the context.
  Result<std::string> Digest(const Context& context);

  /// At its begin; owned by this object.
  std::FILE* Rewound();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  ModelFile(std::filesystem::path path, std::FILE* file) : path_(std::move(path)), file_(file) {}

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
  FileIdentity identity_;
};

}  // namespace lake::models
