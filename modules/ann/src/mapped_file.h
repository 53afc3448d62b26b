// A file in memory, read only, for as long as this lives.
#pragma once

#include <string>
#include <string_view>

#include "lake/common/result.h"

namespace lake::ann {

class MappedFile {
 public:
  /// Errors: not_found/segment_missing, internal/segment_unreadable.
  static Result<MappedFile> Open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

}  // namespace lake::ann
