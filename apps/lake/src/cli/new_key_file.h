// The file that a new key is kept in.
#pragma once

#include <string>
#include <string_view>

#include "lake/common/result.h"

namespace lake::app {

/// A file that was not there before and that its owner alone may read. It is removed again unless a key got
/// into it, so that the name can be used for the next try.
class NewKeyFile {
 public:
  /// Errors: already_exists/file_exists, unavailable/key_not_saved.
  static Result<NewKeyFile> Create(std::string path);
  ~NewKeyFile();
  NewKeyFile(NewKeyFile&& other) noexcept;
  NewKeyFile(const NewKeyFile&) = delete;
  NewKeyFile& operator=(const NewKeyFile&) = delete;
  NewKeyFile& operator=(NewKeyFile&&) = delete;

  /// The key as --key-file reads it; on disk on ok. Once. Error: unavailable/key_not_saved.
  Status Save(std::string_view key);

 private:
  NewKeyFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Error NotSaved() const;

  std::string path_;
  int descriptor_;  // -1: the file stays as it is.
};

}  // namespace lake::app
