// What a model reads: the tokens of one text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lake::models {

struct TokenizedText {
  std::vector<int32_t> tokens;  ///< With those that begin and end a text.
  bool truncated = false;       ///< The end of the text is not in `tokens`.
  bool empty = false;           ///< Nothing but what begins and ends a text.
};

class TokenText {
 public:
  virtual ~TokenText() = default;
  /// At most `limit` tokens (at least 2), ended as every text is. `text` is UTF-8. Any thread.
  virtual TokenizedText Tokenize(std::string_view text, size_t limit) const = 0;
};

}  // namespace lake::models
