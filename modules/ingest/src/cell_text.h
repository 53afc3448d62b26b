// What the forms of numbers and of times both ask of a cell's bytes.
#pragma once

#include <string_view>

namespace lake::ingest {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Without blanks and tabs at both ends.
inline std::string_view WithoutBlanks(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace lake::ingest
