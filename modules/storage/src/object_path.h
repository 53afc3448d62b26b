// Keys as paths: the directories above a key.
#pragma once

#include <string>
#include <string_view>

namespace lake::storage {

/// "a/b/c" → "a/b" → "a" → ""; the root has no parent.
inline std::string ParentOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
}

}  // namespace lake::storage
