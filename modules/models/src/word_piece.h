// WordPiece: text to tokens as BERT's models were trained on them (Devlin et al. 2019; Schuster and Nakajima
// 2012).
//
// As the reference tokenizer does it: control characters go, ideographs stand alone, what is left is
// decomposed (NFD) and loses its nonspacing marks, becomes lower case, and is split at white space and around
// punctuation; a word is then cut into the longest pieces of the vocabulary, or is unknown as a whole. One
// difference is meant: a text that contains "[SEP]" contains those characters, not the token, since text is
// data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "token_text.h"

namespace lake::models {

struct SpecialTokens {
  int32_t begin = 0;    ///< [CLS]
  int32_t end = 0;      ///< [SEP]
  int32_t unknown = 0;  ///< [UNK]
};

enum class Accents { kStripped, kKept };
enum class Letters { kLowered, kKept };

class WordPiece final : public TokenText {
 public:
  struct Options {
    SpecialTokens special;
    Accents accents = Accents::kStripped;
    Letters letters = Letters::kLowered;
  };

  /// `vocabulary`: tokens by id, in GGUF's form: what begins a word begins with U+2581, its continuations do
  /// not.
  WordPiece(const std::vector<std::string>& vocabulary, Options options);

  TokenizedText Tokenize(std::string_view text, size_t limit) const override;

 private:
  std::optional<int32_t> SecondSeparator() const override { return std::nullopt; }

  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Pieces = std::unordered_map<std::string, int32_t, Hash, std::equal_to<>>;

  /// Appends the pieces of one word.
  void AppendPieces(const std::u32string& word, std::vector<int32_t>* tokens) const;
  /// Appends what the code point becomes; nothing for a mark that is stripped.
  void AppendNormal(char32_t code_point, std::u32string* out) const;

  const Options options_;
  Pieces starts_;
  Pieces continuations_;
};

}  // namespace lake::models
