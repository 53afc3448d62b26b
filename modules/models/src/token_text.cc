#include "token_text.h"

#include "lake/common/check.h"

namespace lake::models {

TokenizedText TokenText::TokenizePair(const TokenizedText& first, std::string_view second,
                                      size_t limit) const {
  LAKE_CHECK(limit >= first.tokens.size() + kPairTokens);
  TokenizedText pair = {.tokens = first.tokens};
  if (const std::optional<int32_t> separator = SecondSeparator()) pair.tokens.push_back(*separator);
  pair.second_from = pair.tokens.size();
  // One more, since the token that begins a text stands before the first one only.
  const TokenizedText rest = Tokenize(second, limit - pair.tokens.size() + 1);
  pair.tokens.insert(pair.tokens.end(), rest.tokens.begin() + 1, rest.tokens.end());
  pair.truncated = rest.truncated;
  pair.empty = rest.empty;
  return pair;
}

}  // namespace lake::models
