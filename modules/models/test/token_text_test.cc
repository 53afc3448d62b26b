// Goal: two texts are put together as models were trained to read them, whatever stands between them, within
// the limit. Method: a tokenizer whose tokens are letters.
#include "token_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lake::models::token_text_test {
namespace {

using testing::ElementsAre;

constexpr int32_t kBegin = 1, kEnd = 2, kBetween = 3;

class LetterTokens final : public TokenText {
 public:
  explicit LetterTokens(std::optional<int32_t> separator) : separator_(separator) {}

  TokenizedText Tokenize(std::string_view text, size_t limit) const override {
    TokenizedText result = {.tokens = {kBegin}, .truncated = text.size() + 2 > limit, .empty = text.empty()};
    for (const char letter : text.substr(0, limit - 2)) result.tokens.push_back(letter);
    result.tokens.push_back(kEnd);
    return result;
  }

 private:
  std::optional<int32_t> SecondSeparator() const override { return separator_; }

  const std::optional<int32_t> separator_;
};

TEST(TokenTextTest, TwoTextsAreReadTogether) {
  const LetterTokens bert(std::nullopt);
  const TokenizedText pair = bert.TokenizePair(bert.Tokenize("ab", 8), "cd", 8);
  EXPECT_THAT(pair.tokens, ElementsAre(kBegin, 'a', 'b', kEnd, 'c', 'd', kEnd));
  EXPECT_EQ(pair.second_from, 4u);
  EXPECT_FALSE(pair.truncated);
  EXPECT_FALSE(pair.empty);
  const LetterTokens roberta(kBetween);
  const TokenizedText other = roberta.TokenizePair(roberta.Tokenize("ab", 8), "cd", 8);
  EXPECT_THAT(other.tokens, ElementsAre(kBegin, 'a', 'b', kEnd, kBetween, 'c', 'd', kEnd));
  EXPECT_EQ(other.second_from, 5u);
}

TEST(TokenTextTest, OnlyTheSecondTextIsCut) {
  const LetterTokens letters(kBetween);
  const TokenizedText first = letters.Tokenize("ab", 8);
  const TokenizedText cut = letters.TokenizePair(first, "cdefgh", 8);
  EXPECT_THAT(cut.tokens, ElementsAre(kBegin, 'a', 'b', kEnd, kBetween, 'c', 'd', kEnd));
  EXPECT_TRUE(cut.truncated);
  const TokenizedText nothing = letters.TokenizePair(first, "cd", 6);
  EXPECT_THAT(nothing.tokens, ElementsAre(kBegin, 'a', 'b', kEnd, kBetween, kEnd));
  EXPECT_TRUE(nothing.truncated);
  EXPECT_TRUE(letters.TokenizePair(first, "", 8).empty);
}

}  // namespace
}  // namespace lake::models::token_text_test
