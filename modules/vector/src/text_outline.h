// A text by its words and sentences, as Unicode's rules find them (UAX 29, ICU), and chunks of them.
#pragma once

#include <unicode/brkiter.h>
#include <unicode/utext.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "lake/vector/chunker.h"

namespace lake::vector {

/// Byte offsets into the text, [begin, end).
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

/// Walks the boundaries of a text, which must outlive it.
class Boundaries {
 public:
  static Boundaries OfWords(std::string_view text);
  static Boundaries OfSentences(std::string_view text);
  /// What people take for one character, however many code points it is.
  static Boundaries OfCharacters(std::string_view text);

  /// False at the end.
  bool Next(Span* span);
  /// Whether the last span of words has letters, digits or ideographs.
  bool is_word() const;

 private:
  struct CloseText {
    void operator()(UText* text) const { utext_close(text); }
  };
  Boundaries(std::unique_ptr<icu::BreakIterator> iterator, std::string_view text);

  std::unique_ptr<UText, CloseText> text_;
  std::unique_ptr<icu::BreakIterator> iterator_;  ///< Reads from text_.
  size_t begin_ = 0;
};

/// The words of a text and where its sentences end. The text must outlive it.
class Outline {
 public:
  explicit Outline(std::string_view text);
  /// Of other words than ICU finds: ascending, none overlaps another.
  Outline(std::string_view text, std::vector<Span> words);

  size_t words() const { return words_.size(); }
  const std::vector<Span>& spans() const { return words_; }

  /// Where a chunk of words from `first` ends: behind the last sentence that fits, else when it is full.
  size_t EndOfChunk(size_t first, size_t size) const;
  /// Where the sentence of the word `first` ends.
  size_t EndOfSentence(size_t first) const;
  /// Where the next chunk begins: with the first sentence of the last `overlap` words, else that many words
  /// back.
  size_t NextBegin(size_t first, size_t end, size_t overlap) const;
  /// Words [first, end) with the signs around them.
  Span Bytes(size_t first, size_t end) const;

 private:
  static bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  size_t AfterBlank(size_t begin, size_t end) const;
  size_t BeforeBlank(size_t begin, size_t end) const;

  std::string_view text_;
  std::vector<Span> words_;
  std::vector<size_t> sentence_ends_;  ///< Words before each end; ascending.
};

/// Counts code points from the left, once over the text.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {}

  /// Code points before the byte; a byte that is not left of the last one, or a new walk begins.
  uint32_t Before(size_t byte);

 private:
  std::string_view text_;
  size_t byte_ = 0;
  size_t count_ = 0;
};

/// Makes chunks of a text, from left to right.
class Cutter {
 public:
  /// Text and outline outlive it.
  Cutter(std::string_view text, const Outline& outline)
      : text_(text), outline_(outline), starts_(text), ends_(text) {}

  Chunk Words(size_t first, size_t end) { return Bytes(outline_.Bytes(first, end)); }
  Chunk Bytes(const Span& bytes);

 private:
  std::string_view text_;
  const Outline& outline_;
  CodePoints starts_;
  CodePoints ends_;
};

}  // namespace lake::vector
