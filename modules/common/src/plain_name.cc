#include "lake/common/plain_name.h"

#include <algorithm>

namespace lake {
namespace {

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool IsPlainName(std::string_view name, size_t most) {
  const auto allowed = [](char c) { return IsLetterOrDigit(c) || c == '_' || c == '-' || c == '.'; };
  return !name.empty() && name.size() <= most && IsLetterOrDigit(name.front()) &&
         std::ranges::all_of(name, allowed);
}

}  // namespace lake
