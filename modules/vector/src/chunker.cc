#include "lake/vector/chunker.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/ubrk.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>

#include "lake/common/check.h"

namespace lake::vector {
namespace {

/// Byte offsets into the text, [begin, end).
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

struct CloseText {
  void operator()(UText* text) const { utext_close(text); }
};

/// Walks the boundaries of a text; offsets are bytes.
class Boundaries {
 public:
  Boundaries(std::unique_ptr<icu::BreakIterator> iterator, std::string_view text)
      : iterator_(std::move(iterator)) {
    UErrorCode status = U_ZERO_ERROR;
    text_.reset(utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &status));
    LAKE_CHECK(U_SUCCESS(status));
    iterator_->setText(text_.get(), status);
    LAKE_CHECK(U_SUCCESS(status));
    begin_ = static_cast<size_t>(iterator_->first());
  }

  /// False at the end.
  bool Next(Span* span) {
    const int32_t end = iterator_->next();
    if (end == icu::BreakIterator::DONE) return false;
    *span = {.begin = begin_, .end = static_cast<size_t>(end)};
    begin_ = span->end;
    return true;
  }
  /// Whether the last span has letters, digits or ideographs.
  bool is_word() const { return iterator_->getRuleStatus() >= UBRK_WORD_NONE_LIMIT; }

 private:
  std::unique_ptr<UText, CloseText> text_;
  std::unique_ptr<icu::BreakIterator> iterator_;  ///< Reads from text_.
  size_t begin_ = 0;
};

Boundaries Words(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  LAKE_CHECK(U_SUCCESS(status));
  return Boundaries(std::move(iterator), text);
}

Boundaries Sentences(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> iterator(
      icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), status));
  LAKE_CHECK(U_SUCCESS(status));
  return Boundaries(std::move(iterator), text);
}

/// A text by its words and where its sentences end.
class Outline {
 public:
  explicit Outline(std::string_view text) : text_(text) {
    Boundaries words = Words(text);
    for (Span span; words.Next(&span);)
      if (words.is_word()) words_.push_back(span);
    Boundaries sentences = Sentences(text);
    size_t word = 0;
    for (Span span; sentences.Next(&span);) {
      while (word < words_.size() && words_[word].begin < span.end) ++word;
      if (word > (sentence_ends_.empty() ? 0 : sentence_ends_.back())) sentence_ends_.push_back(word);
    }
  }

  size_t words() const { return words_.size(); }

  /// Where a chunk of words from `first` ends: behind the last sentence that fits, else when it is full.
  size_t EndOfChunk(size_t first, size_t size) const {
    if (words() - first <= size) return words();
    const auto behind = std::ranges::upper_bound(sentence_ends_, first + size);
    const size_t sentence = behind == sentence_ends_.begin() ? 0 : *(behind - 1);
    return sentence > first ? sentence : first + size;
  }

  /// Where the sentence of the word `first` ends.
  size_t EndOfSentence(size_t first) const {
    const auto behind = std::ranges::upper_bound(sentence_ends_, first);
    return behind == sentence_ends_.end() ? words() : *behind;
  }

  /// Where the next chunk begins: with the first sentence of the last `overlap` words, else that many words
  /// back.
  size_t NextBegin(size_t first, size_t end, size_t overlap) const {
    const size_t earliest = std::max(first + 1, end - std::min(end, overlap));
    const auto sentence = std::ranges::lower_bound(sentence_ends_, earliest);
    return sentence != sentence_ends_.end() && *sentence < end ? *sentence : std::min(earliest, end);
  }

  /// Words [first, end) with the signs around them.
  Span Bytes(size_t first, size_t end) const {
    Span span = {.begin = first == 0 ? 0 : words_[first - 1].end,
                 .end = end == words() ? text_.size() : words_[end].begin};
    // What stands between two words belongs to one side: closing signs to the left, up to the first blank.
    if (first > 0) span.begin = AfterBlank(span.begin, words_[first].begin);
    if (end < words()) span.end = BeforeBlank(words_[end - 1].end, span.end);
    while (span.begin < span.end && IsBlank(text_[span.begin])) ++span.begin;
    while (span.end > span.begin && IsBlank(text_[span.end - 1])) --span.end;
    return span;
  }

 private:
  static bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  size_t AfterBlank(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i)
      if (IsBlank(text_[i])) return i + 1;
    return end;
  }
  size_t BeforeBlank(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i)
      if (IsBlank(text_[i])) return i;
    return end;
  }

  std::string_view text_;
  std::vector<Span> words_;
  std::vector<size_t> sentence_ends_;  ///< Words before each end; ascending.
};

/// Counts code points from the left, once over the text.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {}

  /// Code points before the byte; a byte that is not left of the last one, or a new walk begins.
  uint32_t Before(size_t byte) {
    if (byte < byte_) byte_ = count_ = 0;
    for (; byte_ < byte; ++byte_) count_ += (static_cast<unsigned char>(text_[byte_]) & 0xC0) != 0x80 ? 1 : 0;
    return static_cast<uint32_t>(count_);
  }

 private:
  std::string_view text_;
  size_t byte_ = 0;
  size_t count_ = 0;
};

/// Makes chunks of an outline's words, from left to right.
class Cutter {
 public:
  Cutter(std::string_view text, const Outline& outline)
      : text_(text), outline_(outline), starts_(text), ends_(text) {}

  Chunk Words(size_t first, size_t end) {
    const Span bytes = outline_.Bytes(first, end);
    return {.text = std::string(text_.substr(bytes.begin, bytes.end - bytes.begin)),
            .start = starts_.Before(bytes.begin),
            .end = ends_.Before(bytes.end)};
  }

 private:
  std::string_view text_;
  const Outline& outline_;
  CodePoints starts_;
  CodePoints ends_;
};

std::vector<Chunk> Cut(std::string_view text, const Outline& outline, const ChunkSettings& settings) {
  std::vector<Chunk> chunks;
  Cutter cutter(text, outline);
  for (size_t first = 0; first < outline.words();) {
    const size_t end = outline.EndOfChunk(first, settings.size);
    chunks.push_back(cutter.Words(first, end));
    if (end == outline.words()) break;
    first = outline.NextBegin(first, end, settings.overlap);
  }
  return chunks;
}

}  // namespace

std::vector<Chunk> ChunkText(std::string_view text, const ChunkSettings& settings) {
  LAKE_CHECK(settings.size > 0 && settings.overlap < settings.size);
  return Cut(text, Outline(text), settings);
}

std::vector<Chunk> HalveChunk(const Chunk& chunk) {
  const Outline outline(chunk.text);
  if (outline.words() < 2) return {chunk};
  std::vector<Chunk> halves =
      Cut(chunk.text, outline, {.size = static_cast<uint32_t>((outline.words() + 1) / 2), .overlap = 0});
  for (Chunk& half : halves) {
    half.start += chunk.start;
    half.end += chunk.start;
  }
  return halves;
}

std::vector<Chunk> SplitSentences(std::string_view text, size_t most_words) {
  LAKE_CHECK(most_words > 0);
  std::vector<Chunk> sentences;
  const Outline outline(text);
  Cutter cutter(text, outline);
  for (size_t first = 0; first < outline.words();) {
    const size_t end = std::min(outline.EndOfSentence(first), first + most_words);
    sentences.push_back(cutter.Words(first, end));
    first = end;
  }
  return sentences;
}

std::vector<std::string> DistinctWords(std::string_view text, size_t most) {
  std::vector<std::string> found;
  Boundaries words = Words(text);
  for (Span span; found.size() < most && words.Next(&span);) {
    if (!words.is_word()) continue;
    std::string word(text.substr(span.begin, span.end - span.begin));
    if (std::ranges::find(found, word) == found.end()) found.push_back(std::move(word));
  }
  return found;
}

std::string MiddleSentence(std::string_view text) {
  const std::vector<Chunk> sentences = SplitSentences(text, kMaxChunkWords);
  return sentences.empty() ? std::string(text) : sentences[sentences.size() / 2].text;
}

}  // namespace lake::vector
