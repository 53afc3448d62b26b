// Goal: chunks cover every word, end where sentences end and stand where they say. Method: texts cut by hand,
// and random ones checked against what must hold of all.
#include "lake/vector/chunker.h"

#include <gmock/gmock.h>

#include <string>

#include "lake/common/seeded_numbers.h"

namespace lake::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Texts(std::string_view text, ChunkSettings settings) {
  std::vector<std::string> texts;
  for (const Chunk& chunk : ChunkText(text, settings)) texts.push_back(chunk.text);
  return texts;
}

/// What the offsets of a chunk stand for.
std::string Slice(const std::string& text, const Chunk& chunk) {
  std::string slice;
  uint32_t point = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) ++point;
    if (point >= chunk.start && point < chunk.end) slice += text[i];
  }
  return slice;
}

TEST(ChunkerTest, AShortTextIsOneChunk) {
  EXPECT_THAT(Texts("  Ada writes. Bob reads.\n", {.size = 10, .overlap = 2}),
              ElementsAre("Ada writes. Bob reads."));
}

TEST(ChunkerTest, WithoutWordsThereIsNone) {
  for (const std::string_view text : {"", "   ", "... !?", "\n\t"})
    EXPECT_THAT(ChunkText(text, {}), IsEmpty()) << text;
}

TEST(ChunkerTest, EndsWithSentences) {
  EXPECT_THAT(Texts("One two three. Four five. Six seven eight nine. Ten.", {.size = 6, .overlap = 0}),
              ElementsAre("One two three. Four five.", "Six seven eight nine. Ten."));
}

TEST(ChunkerTest, RepeatsWholeSentencesWhereTheyFitElseWords) {
  EXPECT_THAT(
      Texts("One two three. Four five. Six seven eight. Nine ten.", {.size = 5, .overlap = 2}),
      ElementsAre("One two three. Four five.", "Four five. Six seven eight.", "seven eight. Nine ten."));
}

TEST(ChunkerTest, CutsASentenceThatIsTooLong) {
  EXPECT_THAT(Texts("a b c d e f g h i j", {.size = 4, .overlap = 1}),
              ElementsAre("a b c d", "d e f g", "g h i j"));
}

// Signs without a word belong to what follows.
TEST(ChunkerTest, SplitsIntoSentencesThatStandWhereTheySay) {
  const std::string text = " Zoë mends “engines”.  Really?\n... \nOne two three four five (six). Ende";
  std::vector<std::string> texts;
  for (const Chunk& sentence : SplitSentences(text, 4)) {
    texts.push_back(sentence.text);
    EXPECT_EQ(Slice(text, sentence), sentence.text);
  }
  EXPECT_THAT(texts, ElementsAre("Zoë mends “engines”.", "Really?", "... \nOne two three four", "five (six).",
                                 "Ende"));
  EXPECT_THAT(SplitSentences(" \n...", 4), IsEmpty());
}

TEST(ChunkerTest, SignsStayWithTheirWords) {
  EXPECT_THAT(Texts("He said (twice): \"Go!\" Then he left.", {.size = 4, .overlap = 0}),
              ElementsAre("He said (twice): \"Go!\"", "Then he left."));
}

TEST(ChunkerTest, OffsetsAreCodePoints) {
  const std::string text = "Ünïcödé ist schön. 日本語の文章です。 Ende gut 😀 alles gut.";
  const std::vector<Chunk> chunks = ChunkText(text, {.size = 4, .overlap = 0});
  ASSERT_GT(chunks.size(), 2u);
  for (const Chunk& chunk : chunks) EXPECT_EQ(Slice(text, chunk), chunk.text);
  EXPECT_EQ(chunks.front().text, "Ünïcödé ist schön.");
  EXPECT_EQ(chunks.front().end, 18u);
}

TEST(ChunkerTest, ScriptsWithoutBlanksHaveWordsToo) {
  EXPECT_GT(ChunkText("我们在东京寻找一位有经验的护士和一位仓库管理员", {.size = 5, .overlap = 0}).size(),
            1u);
}

TEST(ChunkerTest, HalvesUntilOneWordIsLeft) {
  const Chunk chunk = {.text = "one two three four five", .start = 10, .end = 33};
  const std::vector<Chunk> halves = HalveChunk(chunk);
  ASSERT_EQ(halves.size(), 2u);
  EXPECT_EQ(halves[0], (Chunk{.text = "one two three", .start = 10, .end = 23}));
  EXPECT_EQ(halves[1], (Chunk{.text = "four five", .start = 24, .end = 33}));
  EXPECT_THAT(HalveChunk({.text = "word", .start = 3, .end = 7}),
              ElementsAre(Chunk{.text = "word", .start = 3, .end = 7}));
}

TEST(ChunkerTest, GivesDistinctWords) {
  EXPECT_THAT(DistinctWords("Java, C++ and \"Java\" (O'Brien's)!", 10),
              ElementsAre("Java", "C", "and", "O'Brien's"));
  EXPECT_THAT(DistinctWords("one two three", 2), ElementsAre("one", "two"));
  EXPECT_THAT(DistinctWords("?!", 2), IsEmpty());
}

TEST(ChunkerTest, SetsWordsApartThatTouch) {
  EXPECT_EQ(WithWordsApart("東京の病院。Java"), "東京 の 病院。Java");
  EXPECT_EQ(WithWordsApart("ขับรถบรรทุก"), "ขับ รถ บรรทุก");
  for (const std::string_view text :
       {"", "Ada – wrote “C++”, O'Brien's", "Größe 4,5 m²", "Ελληνικά και Русский"})
    EXPECT_EQ(WithWordsApart(text), text);
}

TEST(ChunkerTest, FindsTheSentenceInTheMiddle) {
  EXPECT_EQ(MiddleSentence("One. Two here. Three."), "Two here.");
  // A line of signs is no question.
  EXPECT_THAT(MiddleSentence("One.\n– – –\n* * *\nTwo here."), testing::EndsWith("Two here."));
  EXPECT_EQ(MiddleSentence("* * *"), "* * *");
  EXPECT_EQ(MiddleSentence("no end"), "no end");
}

/// Random texts: every word is in some chunk, chunks are no longer than allowed, follow each other and stand
/// where they say.
TEST(ChunkerTest, CoversEveryWordOfAnyText) {
  SeededNumbers random(7);
  const std::vector<std::string> pieces = {"word", "Ωmega", "x", "don't", "3.14", "日本", "é", "end.",
                                           "Why?", "\n\n",  " ", "😀",    "(so)", "a-b",  ",", "e.g."};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    const size_t count = random.Below(120);
    for (size_t i = 0; i < count; ++i)
      text += pieces[random.Below(pieces.size())] + (random.Below(4) > 0 ? " " : "");
    const uint32_t size = 2 + static_cast<uint32_t>(random.Below(20));
    const ChunkSettings settings = {.size = size, .overlap = static_cast<uint32_t>(random.Below(size))};
    const std::vector<Chunk> chunks = ChunkText(text, settings);
    uint32_t covered = 0;
    uint32_t last_start = 0;
    for (const Chunk& chunk : chunks) {
      EXPECT_EQ(Slice(text, chunk), chunk.text);
      EXPECT_GE(chunk.start, last_start);
      for (uint32_t point = covered; point < chunk.start; ++point)
        EXPECT_THAT(ChunkText(Slice(text, {.text = {}, .start = point, .end = point + 1}), {}), IsEmpty());
      covered = std::max(covered, chunk.end);
      last_start = chunk.start;
    }
  }
}

}  // namespace
}  // namespace lake::vector
