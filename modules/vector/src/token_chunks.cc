#include "token_chunks.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "lake/common/check.h"
#include "text_outline.h"

namespace lake::vector {
namespace {

/// Words in one call of the counter: what they take together stays small beside the text.
constexpr size_t kWordsAtOnce = 1024;

/// Tokens of texts and words.
class Counter {
 public:
  Counter(std::string_view text, const CountTokens& count) : text_(text), count_(count) {}

  Result<uint32_t> Of(const std::string& text) const {
    LAKE_ASSIGN_OR_RETURN(const std::vector<uint32_t> tokens, count_(std::span(&text, 1)));
    return tokens.front();
  }
  Result<uint32_t> Of(const Span& span) const { return Of(std::string(TextOf(span))); }
  Result<std::vector<uint32_t>> OfEach(std::span<const Span> spans) const {
    std::vector<uint32_t> tokens;
    for (size_t first = 0; first < spans.size(); first += kWordsAtOnce) {
      std::vector<std::string> texts;
      for (const Span& span : spans.subspan(first, std::min(kWordsAtOnce, spans.size() - first)))
        texts.emplace_back(TextOf(span));
      LAKE_ASSIGN_OR_RETURN(const std::vector<uint32_t> some, count_(texts));
      tokens.insert(tokens.end(), some.begin(), some.end());
    }
    return tokens;
  }

 private:
  std::string_view TextOf(const Span& span) const { return text_.substr(span.begin, span.end - span.begin); }

  const std::string_view text_;
  const CountTokens& count_;
};

/// Where a word is cut that is too long: between characters near its middle, else between code points. Its
/// end when it is one code point.
size_t MiddleOf(std::string_view text, const Span& word) {
  const std::string_view letters = text.substr(word.begin, word.end - word.begin);
  Boundaries characters = Boundaries::OfCharacters(letters);
  size_t middle = letters.size();
  for (Span character; characters.Next(&character) && character.end < letters.size();) {
    middle = character.end;
    if (middle * 2 >= letters.size()) break;
  }
  if (middle == letters.size())
    for (middle = letters.size() / 2 + 1;
         middle < letters.size() && (static_cast<unsigned char>(letters[middle]) & 0xC0) == 0x80;)
      ++middle;
  return word.begin + std::min(middle, letters.size());
}

/// Appends the word, or the pieces of one that alone has more than `most` tokens.
Status AppendWord(std::string_view text, const Counter& count, const Span& word, uint32_t most,
                  std::vector<Span>* words) {
  LAKE_ASSIGN_OR_RETURN(const uint32_t tokens, count.Of(word));
  const size_t middle = tokens > most ? MiddleOf(text, word) : word.end;
  if (middle == word.end) {
    words->push_back(word);
    return {};
  }
  LAKE_RETURN_IF_ERROR(AppendWord(text, count, {.begin = word.begin, .end = middle}, most, words));
  return AppendWord(text, count, {.begin = middle, .end = word.end}, most, words);
}

/// About how many words fit: each counts with the signs before it. What words have alone is near what they
/// have in a text; scaled, it adds up to that.
class Weights {
 public:
  static Result<Weights> Make(std::string_view text, const Outline& outline, const Counter& count) {
    std::vector<Span> regions;
    for (const Span& word : outline.spans())
      regions.push_back({.begin = regions.empty() ? 0 : regions.back().end, .end = word.end});
    regions.back().end = text.size();
    LAKE_ASSIGN_OR_RETURN(const std::vector<uint32_t> alone, count.OfEach(regions));
    LAKE_ASSIGN_OR_RETURN(const uint32_t together, count.Of(std::string(text)));
    const double sum = std::accumulate(alone.begin(), alone.end(), 0.0);
    Weights weights;
    for (const uint32_t tokens : alone)
      weights.until_.push_back(weights.until_.back() + tokens * (sum > 0 ? together / sum : 1));
    return weights;
  }

  /// Words from `first` on that have at most so many tokens.
  size_t After(size_t first, double tokens) const {
    const auto end = std::upper_bound(until_.begin() + static_cast<std::ptrdiff_t>(first), until_.end(),
                                      until_[first] + tokens + kRounding);
    return static_cast<size_t>(end - until_.begin()) - 1 - first;
  }
  /// Words before `end` that have at most so many tokens.
  size_t Before(size_t end, double tokens) const {
    const auto begin = std::lower_bound(until_.begin(), until_.begin() + static_cast<std::ptrdiff_t>(end),
                                        until_[end] - tokens - kRounding);
    return end - static_cast<size_t>(begin - until_.begin());
  }

 private:
  static constexpr double kRounding = 1e-6;
  std::vector<double> until_ = {0};  ///< Tokens of the words before each, and of all.
};

class TokenCutter {
 public:
  TokenCutter(std::string_view text, const Outline& outline, const Weights& weights, const Counter& count)
      : outline_(outline), weights_(weights), count_(count), cutter_(text, outline) {}

  Result<std::vector<Chunk>> Cut(const ChunkSettings& settings) {
    std::vector<Chunk> chunks;
    for (size_t first = 0; first < outline_.words();) {
      size_t end = outline_.EndOfChunk(first, std::max<size_t>(weights_.After(first, settings.size), 1));
      LAKE_ASSIGN_OR_RETURN(Chunk chunk, Fit(first, settings.size, &end));
      chunks.push_back(std::move(chunk));
      if (end == outline_.words()) break;
      first = outline_.NextBegin(first, end, weights_.Before(end, settings.overlap));
    }
    return chunks;
  }

 private:
  /// The words [first, *end), or fewer when these have more tokens after all.
  Result<Chunk> Fit(size_t first, uint32_t size, size_t* end) {
    for (;;) {
      Chunk chunk = cutter_.Words(first, *end);
      LAKE_ASSIGN_OR_RETURN(const uint32_t tokens, count_.Of(chunk.text));
      if (tokens <= size) return chunk;
      if (*end == first + 1) return cutter_.Bytes(outline_.spans()[first]);
      const double goal = 2.0 * size - tokens;
      const size_t fewer = goal > 0 ? weights_.After(first, goal) : 0;
      *end = outline_.EndOfChunk(first, std::clamp<size_t>(fewer, 1, *end - first - 1));
    }
  }

  const Outline& outline_;
  const Weights& weights_;
  const Counter& count_;
  Cutter cutter_;
};

}  // namespace

Result<std::vector<Chunk>> ChunkByTokens(std::string_view text, const ChunkSettings& settings,
                                         const CountTokens& count) {
  LAKE_CHECK(settings.size > 0 && settings.overlap < settings.size);
  const Counter counter(text, count);
  const Outline natural(text);
  if (natural.words() == 0) return std::vector<Chunk>();
  LAKE_ASSIGN_OR_RETURN(const std::vector<uint32_t> alone, counter.OfEach(natural.spans()));
  std::vector<Span> words;
  for (size_t i = 0; i < alone.size(); ++i)
    if (alone[i] <= settings.size)
      words.push_back(natural.spans()[i]);
    else
      LAKE_RETURN_IF_ERROR(AppendWord(text, counter, natural.spans()[i], settings.size, &words));
  const Outline outline(text, std::move(words));
  LAKE_ASSIGN_OR_RETURN(const Weights weights, Weights::Make(text, outline, counter));
  return TokenCutter(text, outline, weights, counter).Cut(settings);
}

}  // namespace lake::vector
