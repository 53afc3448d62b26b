#include "word_piece.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <utility>

#include "lake/common/check.h"

namespace lake::models {
namespace {

/// A longer word is unknown, as in the reference.
constexpr size_t kLongestWord = 100;

constexpr std::string_view kWordStart = "\xE2\x96\x81";  // U+2581

/// What the reference takes for ideographs that are words by themselves.
constexpr std::array<std::pair<char32_t, char32_t>, 8> kIdeographs = {{{0x3400, 0x4DBF},
                                                                       {0x4E00, 0x9FFF},
                                                                       {0xF900, 0xFAFF},
                                                                       {0x20000, 0x2A6DF},
                                                                       {0x2A700, 0x2B73F},
                                                                       {0x2B740, 0x2B81F},
                                                                       {0x2B920, 0x2CEAF},
                                                                       {0x2F800, 0x2FA1F}}};

UChar32 Code(char32_t code_point) { return static_cast<UChar32>(code_point); }

bool IsIdeograph(char32_t c) {
  return std::ranges::any_of(kIdeographs,
                             [c](const auto& range) { return c >= range.first && c <= range.second; });
}

bool IsSpace(char32_t c) { return u_isUWhiteSpace(Code(c)) != 0; }

/// Control characters, format characters and private ones, which carry no text; white space is not among
/// them.
bool IsDropped(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  return c == 0 || c == 0xFFFD ||
         (U_GET_GC_MASK(Code(c)) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) != 0;
}

/// The reference counts all ASCII signs, "$" and "+" too, which are symbols for Unicode.
bool IsPunctuation(char32_t c) {
  if (c < 0x80) return c > ' ' && c < 0x7F && u_isalnum(Code(c)) == 0;
  return u_ispunct(Code(c)) != 0;
}

bool IsStrippedMark(char32_t c) { return u_charType(Code(c)) == U_NON_SPACING_MARK; }

void AppendUtf8(char32_t c, std::string* out) {
  std::array<uint8_t, U8_MAX_LENGTH> bytes;
  int32_t length = 0;
  U8_APPEND_UNSAFE(bytes.data(), length, c);
  out->append(bytes.begin(), bytes.begin() + length);
}

/// The character at `*at`, which moves behind it. `text` is UTF-8.
char32_t NextCharacter(std::string_view text, size_t* at) {
  const auto lead = static_cast<unsigned char>(text[*at]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t c = length == 1 ? lead : lead & (0x7Fu >> length);
  const size_t end = std::min(*at + length, text.size());
  while (++*at < end) c = c << 6 | (static_cast<unsigned char>(text[*at]) & 0x3Fu);
  return c;
}

const UNormalizer2& Nfd() {
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* nfd = unorm2_getNFDInstance(&error);
  LAKE_CHECK(U_SUCCESS(error) && nfd != nullptr);  // Its data is part of the library.
  return *nfd;
}

/// Calls `each` with the code points of the canonical decomposition.
template <class Each>
void Decompose(char32_t c, Each each) {
  std::array<UChar, 32> units;  // The longest canonical decomposition has 4.
  UErrorCode error = U_ZERO_ERROR;
  const int32_t length =
      unorm2_getDecomposition(&Nfd(), Code(c), units.data(), static_cast<int32_t>(units.size()), &error);
  if (length < 0) return each(c);
  LAKE_CHECK(U_SUCCESS(error));
  for (int32_t at = 0; at < length;) {
    UChar32 part = 0;
    U16_NEXT_UNSAFE(units.data(), at, part);
    each(static_cast<char32_t>(part));
  }
}

}  // namespace

WordPiece::WordPiece(const std::vector<std::string>& vocabulary, Options options)
    : options_(std::move(options)) {
  for (size_t id = 0; id < vocabulary.size(); ++id) {
    const std::string_view token = vocabulary[id];
    const auto number = static_cast<int32_t>(id);
    if (token.starts_with(kWordStart))
      starts_.emplace(token.substr(kWordStart.size()), number);
    else if (number != options_.special.begin && number != options_.special.end)
      continuations_.emplace(token, number);
  }
}

void WordPiece::AppendNormal(char32_t code_point, std::u32string* out) const {
  const auto append = [&](char32_t c) {
    if (options_.accents == Accents::kStripped && IsStrippedMark(c)) return;
    out->push_back(options_.letters == Letters::kLowered ? static_cast<char32_t>(u_tolower(Code(c))) : c);
  };
  if (options_.accents == Accents::kStripped)
    Decompose(code_point, append);
  else
    append(code_point);
}

void WordPiece::AppendPieces(const std::u32string& word, std::vector<int32_t>* tokens) const {
  if (word.size() > kLongestWord) return tokens->push_back(options_.special.unknown);
  std::string text;
  std::vector<size_t> ends;  // Byte offsets after each character.
  for (const char32_t c : word) {
    AppendUtf8(c, &text);
    ends.push_back(text.size());
  }
  const size_t tokens_before = tokens->size();
  size_t begin = 0;
  for (size_t from = 0; from < ends.size();) {
    const Pieces& pieces = from == 0 ? starts_ : continuations_;
    size_t to = ends.size();
    auto found = pieces.end();
    for (; to > from && found == pieces.end(); --to)
      found = pieces.find(std::string_view(text).substr(begin, ends[to - 1] - begin));
    if (found == pieces.end()) {
      tokens->resize(tokens_before);
      return tokens->push_back(options_.special.unknown);
    }
    tokens->push_back(found->second);
    from = to + 1;
    begin = ends[to];
  }
}

TokenizedText WordPiece::Tokenize(std::string_view text, size_t limit) const {
  LAKE_CHECK(limit >= 2);
  TokenizedText result;
  std::vector<int32_t>& tokens = result.tokens;
  tokens.push_back(options_.special.begin);
  std::u32string word;
  std::u32string normal;
  const auto end_word = [&] {
    if (!word.empty()) AppendPieces(word, &tokens);
    word.clear();
  };
  // One piece more than fits tells that the text was cut; what follows it need not be looked at.
  for (size_t at = 0; at < text.size() && tokens.size() < limit;) {
    const char32_t c = NextCharacter(text, &at);
    if (IsDropped(c)) continue;
    const bool alone = IsIdeograph(c);
    if (alone) end_word();
    normal.clear();
    AppendNormal(c, &normal);
    for (const char32_t part : normal) {
      const bool space = IsSpace(part);
      const bool sign = !space && IsPunctuation(part);
      if (space || sign) end_word();
      if (space) continue;
      // What is beyond the longest word is only counted once: the word is unknown anyway.
      if (word.size() <= kLongestWord) word.push_back(part);
      if (sign) end_word();
    }
    if (alone) end_word();
  }
  end_word();
  result.empty = tokens.size() == 1;
  result.truncated = tokens.size() > limit - 1;
  if (result.truncated) tokens.resize(limit - 1);
  tokens.push_back(options_.special.end);
  return result;
}

}  // namespace lake::models
