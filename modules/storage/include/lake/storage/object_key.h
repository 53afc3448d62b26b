// ObjectKey: the name of an object inside one bucket. The one canonical check for every store and endpoint.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "lake/common/result.h"

namespace lake::storage {

/// A valid key: UTF-8, 1–1,024 bytes, '/'-separated segments of 1–255 bytes; no segment is "." or ".."; no
/// control characters, no backslash, no leading or trailing '/'. Segments starting with ".lake-" are ours
/// (temporary files).
class ObjectKey {
 public:
  static constexpr size_t kMaxBytes = 1024;  ///< S3's limit; also well below PATH_MAX.

  /// Error: invalid_argument/bad_object_key, saying which rule is broken.
  static Result<ObjectKey> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  auto operator<=>(const ObjectKey&) const = default;

 private:
  explicit ObjectKey(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace lake::storage
