// What a model reads: the tokens of one text, or of two together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace lake::models {

struct TokenizedText {
  std::vector<int32_t> tokens;  ///< With those that begin and end a text.
  bool truncated = false;       ///< The end of the text (of two: of the second) is not in `tokens`.
  bool empty = false;           ///< Nothing but what begins and ends a text (of two: the second).
  std::optional<size_t> second_from = {};  ///< Of two texts: where in `tokens` the second begins.
};

class TokenText {
 public:
  virtual ~TokenText() = default;
  /// At most `limit` tokens (at least 2), ended as every text is. `text` is UTF-8. Any thread.
  virtual TokenizedText Tokenize(std::string_view text, size_t limit) const = 0;

  /// `first`, as Tokenize gave it, and `second` in the form in which models read two texts together, e.g.
  /// [CLS] first [SEP] second [SEP]; of a vocabulary that begins and ends texts with a token each. At most
  /// `limit` tokens, at least kPairTokens more than `first` has.
  TokenizedText TokenizePair(const TokenizedText& first, std::string_view second, size_t limit) const;

  /// Tokens of a pair beside those of `first` and of the letters of the second text.
  static constexpr size_t kPairTokens = 2;

 private:
  /// Between two texts, beside the token that ends the first one.
  virtual std::optional<int32_t> SecondSeparator() const = 0;
};

}  // namespace lake::models
