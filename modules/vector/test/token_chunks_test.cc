// Goal: chunks in tokens are as long as they may be and never longer, whatever the text and however a model
// reads it. Method: counters that count words, letters, or groups of letters across words; texts cut by hand
// and random ones.
#include "token_chunks.h"

#include <gmock/gmock.h>

#include "lake/common/seeded_numbers.h"
#include "lake/common_testing/result_matchers.h"
#include "text_outline.h"

namespace lake::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CountTokens Each(uint32_t (*count)(const std::string&)) {
  return [count](std::span<const std::string> texts) -> Result<std::vector<uint32_t>> {
    std::vector<uint32_t> tokens;
    for (const std::string& text : texts) tokens.push_back(count(text));
    return tokens;
  };
}
uint32_t Letters(const std::string& text) {
  return static_cast<uint32_t>(
      std::ranges::count_if(text, [](char c) { return c != ' ' && (c & 0xC0) != 0x80; }));
}
/// As byte pairs that reach across words and signs: less than its words together.
uint32_t Thirds(const std::string& text) { return static_cast<uint32_t>((text.size() + 2) / 3); }
/// As a tokenizer that puts something before every text: words alone count more than in it.
uint32_t Prefixed(const std::string& text) { return Letters(text) / 4 + 2; }
/// Dearer than its words: only a look at the whole chunk tells.
uint32_t Growing(const std::string& text) {
  const uint32_t letters = Letters(text);
  return letters + letters * letters / 40;
}
uint32_t Words(const std::string& text) { return static_cast<uint32_t>(Outline(text).words()); }

std::vector<std::string> Texts(std::string_view text, ChunkSettings settings,
                               uint32_t (*count)(const std::string&)) {
  std::vector<std::string> texts;
  const Result<std::vector<Chunk>> chunks = ChunkByTokens(text, settings, Each(count));
  if (!chunks.ok()) return {chunks.error().ToString()};
  for (const Chunk& chunk : *chunks) texts.push_back(chunk.text);
  return texts;
}

TEST(TokenChunksTest, EndWithSentencesThatFit) {
  EXPECT_THAT(
      Texts("Ada writes. Bob reads. Cy is asleep in a big chair.", {.size = 19, .overlap = 0}, Letters),
      ElementsAre("Ada writes. Bob reads.", "Cy is asleep in a big", "chair."));
}

TEST(TokenChunksTest, OverlapInTokens) {
  EXPECT_THAT(Texts("aa bb cc dd ee ff gg", {.size = 6, .overlap = 2}, Letters),
              ElementsAre("aa bb cc", "cc dd ee", "ee ff gg"));
  EXPECT_THAT(Texts("Aaaaa. Bb. Cc. Dddd.", {.size = 12, .overlap = 4}, Letters),
              ElementsAre("Aaaaa. Bb. Cc.", "Cc. Dddd."));
}

TEST(TokenChunksTest, WithoutWordsThereIsNone) {
  for (const std::string_view text : {"", "   ", "... !?", "\n\t"})
    EXPECT_THAT(Texts(text, {.size = 10, .overlap = 0}, Letters), IsEmpty()) << text;
}

TEST(TokenChunksTest, OnlyAWordThatIsTooLongIsCut) {
  EXPECT_THAT(Texts("one abcdefghijklmnopqrstuvwxyz two", {.size = 10, .overlap = 0}, Letters),
              ElementsAre("one abcdefg", "hijklm", "nopqrst", "uvwxyz two"));
  // Between what people take for characters: "e" with an acute and a dot below, and a family.
  EXPECT_THAT(
      Texts("e\u0301\u0323e\u0301\u0323e\u0301\u0323e\u0301\u0323", {.size = 6, .overlap = 0}, Letters),
      ElementsAre("e\u0301\u0323e\u0301\u0323", "e\u0301\u0323e\u0301\u0323"));
  EXPECT_THAT(Texts("a\u0301\u0301\u0301\u0301\u0301", {.size = 3, .overlap = 0}, Letters),
              ElementsAre("a\u0301\u0301", "\u0301\u0301\u0301"));
}

TEST(TokenChunksTest, SignsThatDoNotFitBesideAWordAreLeftOut) {
  EXPECT_THAT(Texts("one " + std::string(50, '-') + " two", {.size = 10, .overlap = 0}, Letters),
              ElementsAre("one", "two"));
  EXPECT_THAT(Texts("one, two", {.size = 10, .overlap = 0}, Letters), ElementsAre("one, two"));
}

TEST(TokenChunksTest, AreThoseOfWordsWhenATokenIsAWord) {
  const std::string text = "One two three. Four five. Six seven eight nine ten eleven twelve. Ü 3.14 日本語!";
  for (const uint32_t size : {2u, 5u, 7u, 30u}) {
    const ChunkSettings settings = {.size = size, .overlap = size / 2};
    std::vector<std::string> expected;
    for (const Chunk& chunk : ChunkText(text, settings)) expected.push_back(chunk.text);
    EXPECT_EQ(Texts(text, settings, Words), expected) << size;
  }
}

TEST(TokenChunksTest, AnErrorOfTheCounterIsTheAnswer) {
  const CountTokens broken = [](std::span<const std::string>) -> Result<std::vector<uint32_t>> {
    return Unavailable("model_gone", "not now");
  };
  EXPECT_THAT(ChunkByTokens("a word", {}, broken), IsError(ErrorCode::kUnavailable, "model_gone"));
}

/// What the offsets of a chunk stand for.
std::string Slice(const std::string& text, uint32_t start, uint32_t end) {
  std::string slice;
  uint32_t point = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) ++point;
    if (point >= start && point < end) slice += text[i];
  }
  return slice;
}

/// Chunks are no longer than allowed, stand where they say, and every word is in one.
void CheckChunks(const std::string& text, const ChunkSettings& settings,
                 uint32_t (*count)(const std::string&)) {
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<Chunk> chunks, ChunkByTokens(text, settings, Each(count)));
  uint32_t covered = 0;
  uint32_t last_start = 0;
  for (const Chunk& chunk : chunks) {
    EXPECT_LE(count(chunk.text), settings.size) << chunk.text;
    EXPECT_EQ(Slice(text, chunk.start, chunk.end), chunk.text);
    EXPECT_GE(chunk.start, last_start);
    if (chunk.start > covered) EXPECT_EQ(Outline(Slice(text, covered, chunk.start)).words(), 0u) << text;
    covered = std::max(covered, chunk.end);
    last_start = chunk.start;
  }
  EXPECT_EQ(Outline(Slice(text, covered, static_cast<uint32_t>(text.size()))).words(), 0u) << text;
}

TEST(TokenChunksTest, AreNeverLongerThanAskedInAnyText) {
  SeededNumbers random(11);
  const std::vector<std::string> pieces = {"word",
                                           "Ωmega",
                                           "x",
                                           "don't",
                                           "3.14",
                                           "日本語テキスト",
                                           "é",
                                           "e\u0301\u0323",
                                           "end.",
                                           "Why?",
                                           "\n\n",
                                           " ",
                                           "👩‍👩‍👧",
                                           "(so)",
                                           "a-b",
                                           ",",
                                           "ภาษาไทยไม่มีช่องว่าง",
                                           "שָׁלוֹם",
                                           "नमस्ते",
                                           "\u200Bzero",
                                           "Straße",
                                           "----------",
                                           "donaudampfschifffahrtsgesellschaft",
                                           "0123456789abcdef0123456789abcdef",
                                           "\u202Ertl",
                                           "\uFEFF"};
  for (int round = 0; round < 400; ++round) {
    std::string text;
    const size_t words = random.Below(80);
    for (size_t i = 0; i < words; ++i)
      text += pieces[random.Below(pieces.size())] + (random.Below(4) > 0 ? " " : "");
    // As few as a counter gives to one character.
    const uint32_t size = 6 + static_cast<uint32_t>(random.Below(40));
    const ChunkSettings settings = {.size = size, .overlap = static_cast<uint32_t>(random.Below(size / 2))};
    for (uint32_t (*count)(const std::string&) : {Letters, Thirds, Prefixed, Growing, Words})
      CheckChunks(text, settings, count);
  }
}

}  // namespace
}  // namespace lake::vector
