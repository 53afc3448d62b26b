// Goal: whoever listens gets whole characters and never a part of a stop, wherever tokens are cut. Method:
// the same bytes in pieces of every length.
#include "written_text.h"

#include <gtest/gtest.h>

#include "lake/common/utf8.h"

namespace lake::models {
namespace {

struct Shown {
  std::string text;
  bool stopped;
};

Shown ShowInPieces(std::string_view bytes, size_t piece_bytes, std::vector<std::string> stops) {
  WrittenText text(std::move(stops));
  Shown shown = {};
  for (size_t at = 0; at < bytes.size() && !text.stopped(); at += piece_bytes) {
    const std::string piece = text.Add(bytes.substr(at, piece_bytes));
    EXPECT_TRUE(IsUtf8(piece));
    shown.text += piece;
  }
  shown.stopped = text.stopped();
  shown.text += text.End();
  return shown;
}

TEST(WrittenTextTest, CharactersAreWholeWhereverTheyAreCut) {
  const std::string text = "h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x8E\x89!";
  for (size_t bytes = 1; bytes <= text.size(); ++bytes) EXPECT_EQ(ShowInPieces(text, bytes, {}).text, text);
}

TEST(WrittenTextTest, NothingIsShownFromAStopOn) {
  const std::string text = "one two\n\nUs\nUser: three";
  for (size_t bytes = 1; bytes <= text.size(); ++bytes) {
    const Shown shown = ShowInPieces(text, bytes, {"\nUser:", "never"});
    EXPECT_EQ(shown.text, "one two\n\nUs") << bytes;
    EXPECT_TRUE(shown.stopped);
  }
  EXPECT_EQ(ShowInPieces("ab", 1, {"abc"}).text, "ab") << "the begin of a stop is text when nothing follows";
  EXPECT_EQ(ShowInPieces("aab", 1, {"ab", "aab"}).text, "");
}

TEST(WrittenTextTest, BytesThatAreNoCharactersAreMarked) {
  for (size_t bytes = 1; bytes <= 6; ++bytes) {
    EXPECT_EQ(ShowInPieces("a\xFF\xC3(b", bytes, {}).text, "a\xEF\xBF\xBD\xEF\xBF\xBD(b") << bytes;
    EXPECT_EQ(ShowInPieces("a\xE2\x82", bytes, {}).text, "a\xEF\xBF\xBD\xEF\xBF\xBD") << bytes;
  }
}

}  // namespace
}  // namespace lake::models
