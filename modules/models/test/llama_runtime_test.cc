// Goal: models of other kinds than the built-in one run too: those that write one token after the other, with
// other tokenizers and other ways to one vector. Method: a tiny model with weights by chance, whose vectors
// mean nothing but must depend on the text alone.
#include "llama_runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"
#include "model_file.h"
#include "tiny_model.h"

namespace lake::models {
namespace {

class LlamaRuntimeTest : public testing::Test {
 protected:
  LlamaRuntimeTest() { TinyModel::Write(directory_ / "tiny.gguf"); }

  std::vector<float> Embed(LlamaContext& context, const std::vector<TokenizedText>& texts) {
    std::vector<const TokenizedText*> pointers;
    for (const TokenizedText& text : texts) pointers.push_back(&text);
    Result<std::vector<float>> vectors = context.Encode(pointers);
    EXPECT_THAT(vectors, IsOk());
    return vectors.ok() ? *vectors : std::vector<float>();
  }

  TempDir directory_;
};

TEST_F(LlamaRuntimeTest, AVectorDependsOnItsTextAlone) {
  LAKE_ASSERT_OK_AND_ASSIGN(ModelFile file, ModelFile::Open(directory_ / "tiny.gguf"));
  LAKE_ASSERT_OK_AND_ASSIGN(const ModelHeader header, ReadModelHeader(file.Rewound()));
  EXPECT_TRUE(header.embeds);
  EXPECT_EQ(header.architecture, "llama");
  EXPECT_EQ(header.max_tokens, 64u);
  LAKE_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<LlamaModel> model,
                            LlamaModel::Load(file.Rewound(), header));
  ASSERT_EQ(model->dimensions(), kTinyWidth);
  LAKE_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<LlamaContext> context, model->NewContext());
  const TokenizedText first = model->tokenizer().Tokenize("abba", 64);
  const TokenizedText second = model->tokenizer().Tokenize("abc dab", 64);
  const std::vector<float> alone = Embed(*context, {first});
  const std::vector<float> together = Embed(*context, {second, first});
  const std::vector<float> again = Embed(*context, {first});
  ASSERT_EQ(together.size(), 2 * kTinyWidth);
  float squares = 0;
  for (size_t i = 0; i < kTinyWidth; ++i) {
    EXPECT_NEAR(together[kTinyWidth + i], alone[i], 1e-4);
    EXPECT_EQ(again[i], alone[i]);  // Nothing is left of the batch before.
    squares += alone[i] * alone[i];
  }
  EXPECT_NEAR(squares, 1, 1e-5);
  EXPECT_NE(std::vector<float>(together.begin(), together.begin() + kTinyWidth), alone);
}

TEST_F(LlamaRuntimeTest, OtherTokenizersCutAndKnowNothingToo) {
  LAKE_ASSERT_OK_AND_ASSIGN(ModelFile file, ModelFile::Open(directory_ / "tiny.gguf"));
  LAKE_ASSERT_OK_AND_ASSIGN(const ModelHeader header, ReadModelHeader(file.Rewound()));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<LlamaModel> model,
                            LlamaModel::Load(file.Rewound(), header));
  const TokenText& tokenizer = model->tokenizer();
  EXPECT_TRUE(tokenizer.Tokenize("", 8).empty);
  const TokenizedText whole = tokenizer.Tokenize("abcd", 8);
  EXPECT_FALSE(whole.truncated);
  EXPECT_FALSE(whole.empty);
  const TokenizedText cut = tokenizer.Tokenize("abcdabcdabcd", 8);
  EXPECT_TRUE(cut.truncated);
  ASSERT_EQ(cut.tokens.size(), 8u);
  EXPECT_TRUE(std::equal(whole.tokens.begin(), whole.tokens.end(), cut.tokens.begin()));
  // So long that only its begin is looked at, and that would end inside a character.
  std::string long_text;
  for (size_t i = 0; i < 100'000; ++i) long_text += "\xE2\x82\xAC";
  EXPECT_TRUE(tokenizer.Tokenize(long_text, 8).truncated);
}

}  // namespace
}  // namespace lake::models
