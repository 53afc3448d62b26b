// A file that appears under its name only when all of it is written.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "lake/common/digest.h"
#include "lake/common/result.h"

namespace lake::demo_data {

class WholeFile {
 public:
  /// Starts writing beside `path`. Errors here and below: unavailable/demo_data_not_written,
  /// resource_exhausted/disk_full.
  static Result<WholeFile> Create(std::filesystem::path path);
  ~WholeFile();  ///< Removes what was not published.
  WholeFile(WholeFile&&) noexcept = default;

  Status Append(std::string_view bytes);
  /// Renames to `path`. Not forced to disk: after a power cut the digest tells, and the file is made again.
  Status Publish();

  int64_t bytes() const { return bytes_; }
  std::string FinishSha256() { return digest_.FinishHex(); }  ///< Once.

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  WholeFile(std::filesystem::path path, std::filesystem::path part, std::unique_ptr<std::FILE, Close> file);

  std::filesystem::path path_;
  std::filesystem::path part_;
  std::unique_ptr<std::FILE, Close> file_;
  int64_t bytes_ = 0;
  Sha256 digest_;
};

/// Whether a file of this size and SHA-256 is there. A file that cannot be read is not.
bool FileMatches(const std::filesystem::path& path, int64_t bytes, std::string_view sha256);

}  // namespace lake::demo_data
