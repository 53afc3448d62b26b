#include "lake/common/suggest.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace lake {
namespace {

char Lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Optimal string alignment: the Damerau-Levenshtein distance that edits no part of the word twice.
size_t EditDistance(std::string_view from, std::string_view to) {
  std::vector<size_t> before_last(to.size() + 1);
  std::vector<size_t> last(to.size() + 1);
  std::vector<size_t> row(to.size() + 1);
  for (size_t j = 0; j <= to.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= to.size(); ++j) {
      const char a = Lower(from[i - 1]);
      const char b = Lower(to[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a == b ? 0 : 1)});
      if (i > 1 && j > 1 && a == Lower(to[j - 2]) && b == Lower(from[i - 2]))
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[to.size()];
}

size_t AllowedEdits(size_t length) { return length <= 3 ? 1 : std::max<size_t>(2, length / 3); }

}  // namespace

std::string_view Suggest(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr size_t kLongestWord = 64;  // Names are shorter; a long text would cost its square.
  if (word.size() > kLongestWord) return {};
  std::string_view nearest;
  size_t fewest = AllowedEdits(word.size()) + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const size_t edits = EditDistance(word, candidate);
    if (edits >= fewest || edits >= std::max(word.size(), candidate.size()))
      continue;  // Nothing left in common.
    fewest = edits;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace lake
