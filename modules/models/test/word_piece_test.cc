// Goal: texts become the tokens that the reference tokenizer makes of them, in every script, and long ones
// are cut without being read to the end. Method: the vocabulary of the built-in model against committed
// results of the reference (data/reference.py), and a vocabulary of a few pieces.
#include "word_piece.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "lake/common/context.h"
#include "lake/common/json.h"
#include "lake/common_testing/result_matchers.h"
#include "llama_runtime.h"
#include "model_file.h"

namespace lake::models {
namespace {

constexpr SpecialTokens kSpecial = {.begin = 1, .end = 2, .unknown = 0};

JsonValue TestData(const std::string& name) {
  std::ifstream in(std::filesystem::path(LAKE_MODEL_TEST_DATA) / name, std::ios::binary);
  Result<JsonValue> parsed = ParseJson(std::string(std::istreambuf_iterator<char>(in), {}));
  LAKE_CHECK(parsed.ok());
  return std::move(parsed).value();
}

WordPiece SmallVocabulary() {
  return WordPiece({"[UNK]", "[CLS]", "[SEP]", "\xE2\x96\x81run", "ning", "n", "\xE2\x96\x81,",
                    "\xE2\x96\x81"
                    "a"},
                   {.special = kSpecial});
}

TEST(WordPieceTest, AgreesWithTheReferenceInEveryScript) {
  LAKE_ASSERT_OK_AND_ASSIGN(
      ModelFile file, ModelFile::Open(std::filesystem::path(LAKE_MODEL_DIRECTORY) / "all-minilm-l6-v2.gguf"));
  LAKE_ASSERT_OK_AND_ASSIGN(const ModelHeader header, ReadModelHeader(file.Rewound()));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<LlamaModel> model,
                            LlamaModel::Load(file.Rewound(), header));
  const JsonValue reference = TestData("tokens.json");
  ASSERT_GT(reference.as_array().size(), 20u);
  for (const JsonValue& entry : reference.as_array()) {
    std::vector<int32_t> expected;
    for (const JsonValue& token : entry.Find("tokens")->as_array())
      expected.push_back(static_cast<int32_t>(token.as_int()));
    const TokenizedText read = model->tokenizer().Tokenize(entry.FindString("text"), 1000);
    EXPECT_EQ(read.tokens, expected) << entry.FindString("text");
    EXPECT_FALSE(read.truncated);
  }
}

TEST(WordPieceTest, TakesTheLongestPieces) {
  const TokenizedText read = SmallVocabulary().Tokenize("Running, rung", 100);
  EXPECT_EQ(read.tokens, (std::vector<int32_t>{1, 3, 4, 6, 0, 2}));  // "rung" has a piece that is not there.
}

TEST(WordPieceTest, ATextThatFitsIsWholeAndOneTokenMoreIsCut) {
  const WordPiece pieces = SmallVocabulary();
  const TokenizedText whole = pieces.Tokenize("a a a", 5);
  EXPECT_EQ(whole.tokens, (std::vector<int32_t>{1, 7, 7, 7, 2}));
  EXPECT_FALSE(whole.truncated);
  const TokenizedText cut = pieces.Tokenize("a a a a", 5);
  EXPECT_EQ(cut.tokens, (std::vector<int32_t>{1, 7, 7, 7, 2}));
  EXPECT_TRUE(cut.truncated);
  // A word of several pieces is cut inside.
  EXPECT_EQ(pieces.Tokenize("a running", 4).tokens, (std::vector<int32_t>{1, 7, 3, 2}));
  EXPECT_EQ(pieces.Tokenize("running", 2).tokens, (std::vector<int32_t>{1, 2}));
}

TEST(WordPieceTest, NothingToReadIsSaid) {
  const WordPiece pieces = SmallVocabulary();
  for (const std::string_view text : {"", " \t\n", "\xC2\x85\xE2\x80\x8B", "\xCC\x81"}) {
    const TokenizedText read = pieces.Tokenize(text, 10);
    EXPECT_TRUE(read.empty) << text;
    EXPECT_EQ(read.tokens, (std::vector<int32_t>{1, 2}));
  }
  EXPECT_FALSE(pieces.Tokenize("?", 10).empty);
}

TEST(WordPieceTest, KeepsWhatACasedModelTellsApart) {
  const WordPiece pieces({"[UNK]", "[CLS]", "[SEP]", "\xE2\x96\x81\xC3\x89",
                          "\xE2\x96\x81"
                          "e"},
                         {.special = kSpecial, .accents = Accents::kKept, .letters = Letters::kKept});
  EXPECT_EQ(pieces.Tokenize("\xC3\x89 e E", 10).tokens, (std::vector<int32_t>{1, 3, 4, 0, 2}));
}

}  // namespace
}  // namespace lake::models
