// Goal: a text shows only citations of sources there are, however it is cut into pieces. Method: texts by
// hand, each in pieces of every size, and random ones against what must hold of all.
#include "citation_marks.h"

#include <gmock/gmock.h>

#include "lake/common/seeded_numbers.h"

namespace lake::answers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The text after the filter, in pieces of so many bytes.
std::string Filtered(std::string_view text, uint32_t sources, size_t piece, std::set<uint32_t>* cited) {
  CitationFilter filter(sources);
  std::string shown;
  for (size_t at = 0; at < text.size(); at += piece) shown += filter.Take(text.substr(at, piece));
  shown += filter.End();
  *cited = filter.cited();
  return shown;
}

struct Case {
  std::string_view text;
  std::string_view shown;
  std::set<uint32_t> cited;
};

TEST(CitationFilterTest, KeepsWhatIsASourceAndDropsWhatIsNone) {
  const std::vector<Case> cases = {
      {"Plain text.", "Plain text.", {}},
      {"It is so [1].", "It is so [1].", {1}},
      {"It is so [4].", "It is so.", {}},
      {"It is so [0][2] and [99999999999999999999] so.", "It is so[2] and so.", {2}},
      {"Both [1, 3] or [2;9].", "Both [1][3] or [2].", {1, 2, 3}},
      {"All [1-3] or [2–7] or [ 1 ].", "All [1][2][3] or [2][3] or [1].", {1, 2, 3}},
      {"a[i], [x], [], [ ], [-], [1,] and [", "a[i], [x], [], [ ], [-], [1,] and", {}},
      {"[[1]] [2] ", "[[1]] [2] ", {1, 2}},
      {"cut [1", "cut", {}},
      {"two  blanks  [9]  here", "two  blanks   here", {}},
      {"[3]", "[3]", {3}},
      {"[[9]1] [1", "[(9)1]", {}},
      {"é–[2]–é [–]", "é–[2]–é [–]", {2}}};
  for (const Case& c : cases)
    for (size_t piece = 1; piece <= c.text.size(); ++piece) {
      std::set<uint32_t> cited;
      EXPECT_EQ(Filtered(c.text, 3, piece, &cited), c.shown) << piece;
      EXPECT_EQ(cited, c.cited) << c.text;
    }
}

TEST(CitationFilterTest, LongBracketsAreText) {
  const std::string text = "[" + std::string(200, '1') + "]";
  std::set<uint32_t> cited;
  EXPECT_EQ(Filtered(text, 3, 7, &cited), text);
  EXPECT_THAT(cited, IsEmpty());
}

/// What is left has no mark of a source that is not there, and as a text of its own it stays as it is.
TEST(CitationFilterTest, IsTheSameForAnyPieces) {
  SeededNumbers random(20);
  const std::vector<std::string> parts = {"[", "]", "1", "2", "7",   " ",  ",",
                                          "-", "–", "x", ".", "[1]", "[7]"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (size_t i = random.Below(20); i > 0; --i) text += parts[random.Below(parts.size())];
    std::set<uint32_t> whole;
    std::set<uint32_t> bytewise;
    const std::string shown = Filtered(text, 2, text.size() + 1, &whole);
    EXPECT_EQ(Filtered(text, 2, 1, &bytewise), shown) << text;
    EXPECT_EQ(whole, bytewise);
    EXPECT_FALSE(shown.contains("[7]")) << text;
  }
}

TEST(CitationMarksTest, TextsOfSourcesHaveNone) {
  EXPECT_EQ(WithoutMarks("As [1] and [2, 3] say, a[i] is [not] [4-5]."),
            "As (1) and (2, 3) say, a[i] is [not] (4-5).");
  EXPECT_EQ(WithoutMarks("[[1]] [1"), "[(1)] [1");
  EXPECT_EQ(MarkOf({2, 10}), "[2][10]");
}

}  // namespace
}  // namespace lake::answers
