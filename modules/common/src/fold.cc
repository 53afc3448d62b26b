#include "lake/common/fold.h"

#include <algorithm>

namespace lake {
namespace {

// Not std::tolower: a name must fold alike under every locale.
char FoldChar(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string Fold(std::string_view name) {
  std::string folded(name);
  std::ranges::transform(folded, folded.begin(), FoldChar);
  return folded;
}

bool SameFolded(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, FoldChar, FoldChar);
}

}  // namespace lake
