// Citation marks in texts: "[2]", "[1, 3]", "[1-3]".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lake::answers {

/// The same text in which nothing is a citation mark: "(2)" for "[2]".
std::string WithoutMarks(std::string_view text);

/// "[1][3]".
std::string MarkOf(const std::vector<uint32_t>& numbers);

/// A text that comes in pieces, with its marks put in order: every one becomes "[n]" for each n that is a
/// source; numbers that are none go, with the blank before a mark that has no others. What the pieces are
/// makes no difference.
class CitationFilter {
 public:
  /// Sources are numbered from 1.
  explicit CitationFilter(uint32_t sources) : sources_(sources) {}

  /// What can be shown of the text by now; the rest waits for what follows.
  std::string Take(std::string_view piece);
  /// The rest. A mark that was not closed is dropped: nobody knows which number it was to be.
  std::string End();

  const std::set<uint32_t>& cited() const { return cited_; }

 private:
  void TakeByte(char byte, std::string* shown);
  void CloseMark(std::string* shown);
  void Show(std::string_view text, std::string* shown);

  const uint32_t sources_;
  std::string waiting_;  ///< A blank, or the beginning of what may be a mark with the blank before it.
  bool open_ = false;    ///< What was shown ends like an open mark: "[[9]1]" must not become "[1]".
  std::set<uint32_t> cited_;
};

}  // namespace lake::answers
