#include "text_outline.h"

#include <unicode/locid.h>
#include <unicode/ubrk.h>

#include <algorithm>
#include <string>
#include <utility>

#include "lake/common/check.h"

namespace lake::vector {
namespace {

using MakeIterator = icu::BreakIterator* (*)(const icu::Locale& locale, UErrorCode& status);

std::unique_ptr<icu::BreakIterator> Make(MakeIterator make) {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> iterator(make(icu::Locale::getRoot(), status));
  LAKE_CHECK(U_SUCCESS(status));
  return iterator;
}

std::vector<Span> WordsOf(std::string_view text) {
  std::vector<Span> found;
  Boundaries words = Boundaries::OfWords(text);
  for (Span span; words.Next(&span);)
    if (words.is_word()) found.push_back(span);
  return found;
}

}  // namespace

Boundaries Boundaries::OfWords(std::string_view text) {
  return Boundaries(Make(icu::BreakIterator::createWordInstance), text);
}
Boundaries Boundaries::OfSentences(std::string_view text) {
  return Boundaries(Make(icu::BreakIterator::createSentenceInstance), text);
}
Boundaries Boundaries::OfCharacters(std::string_view text) {
  return Boundaries(Make(icu::BreakIterator::createCharacterInstance), text);
}

Boundaries::Boundaries(std::unique_ptr<icu::BreakIterator> iterator, std::string_view text)
    : iterator_(std::move(iterator)) {
  UErrorCode status = U_ZERO_ERROR;
  text_.reset(utext_openUTF8(nullptr, text.data(), static_cast<int64_t>(text.size()), &status));
  LAKE_CHECK(U_SUCCESS(status));
  iterator_->setText(text_.get(), status);
  LAKE_CHECK(U_SUCCESS(status));
  begin_ = static_cast<size_t>(iterator_->first());
}

bool Boundaries::Next(Span* span) {
  const int32_t end = iterator_->next();
  if (end == icu::BreakIterator::DONE) return false;
  *span = {.begin = begin_, .end = static_cast<size_t>(end)};
  begin_ = span->end;
  return true;
}

bool Boundaries::is_word() const { return iterator_->getRuleStatus() >= UBRK_WORD_NONE_LIMIT; }

Outline::Outline(std::string_view text) : Outline(text, WordsOf(text)) {}

Outline::Outline(std::string_view text, std::vector<Span> words) : text_(text), words_(std::move(words)) {
  Boundaries sentences = Boundaries::OfSentences(text);
  size_t word = 0;
  for (Span span; sentences.Next(&span);) {
    while (word < words_.size() && words_[word].begin < span.end) ++word;
    if (word > (sentence_ends_.empty() ? 0 : sentence_ends_.back())) sentence_ends_.push_back(word);
  }
}

size_t Outline::EndOfChunk(size_t first, size_t size) const {
  if (words() - first <= size) return words();
  const auto behind = std::ranges::upper_bound(sentence_ends_, first + size);
  const size_t sentence = behind == sentence_ends_.begin() ? 0 : *(behind - 1);
  return sentence > first ? sentence : first + size;
}

size_t Outline::EndOfSentence(size_t first) const {
  const auto behind = std::ranges::upper_bound(sentence_ends_, first);
  return behind == sentence_ends_.end() ? words() : *behind;
}

size_t Outline::NextBegin(size_t first, size_t end, size_t overlap) const {
  const size_t earliest = std::max(first + 1, end - std::min(end, overlap));
  const auto sentence = std::ranges::lower_bound(sentence_ends_, earliest);
  return sentence != sentence_ends_.end() && *sentence < end ? *sentence : std::min(earliest, end);
}

Span Outline::Bytes(size_t first, size_t end) const {
  Span span = {.begin = first == 0 ? 0 : words_[first - 1].end,
               .end = end == words() ? text_.size() : words_[end].begin};
  // What stands between two words belongs to one side: closing signs to the left, up to the first blank.
  if (first > 0) span.begin = AfterBlank(span.begin, words_[first].begin);
  if (end < words()) span.end = BeforeBlank(words_[end - 1].end, span.end);
  while (span.begin < span.end && IsBlank(text_[span.begin])) ++span.begin;
  while (span.end > span.begin && IsBlank(text_[span.end - 1])) --span.end;
  return span;
}

size_t Outline::AfterBlank(size_t begin, size_t end) const {
  for (size_t i = begin; i < end; ++i)
    if (IsBlank(text_[i])) return i + 1;
  return end;
}
size_t Outline::BeforeBlank(size_t begin, size_t end) const {
  for (size_t i = begin; i < end; ++i)
    if (IsBlank(text_[i])) return i;
  return end;
}

uint32_t CodePoints::Before(size_t byte) {
  if (byte < byte_) byte_ = count_ = 0;
  for (; byte_ < byte; ++byte_) count_ += (static_cast<unsigned char>(text_[byte_]) & 0xC0) != 0x80 ? 1 : 0;
  return static_cast<uint32_t>(count_);
}

Chunk Cutter::Bytes(const Span& bytes) {
  return {.text = std::string(text_.substr(bytes.begin, bytes.end - bytes.begin)),
          .start = starts_.Before(bytes.begin),
          .end = ends_.Before(bytes.end)};
}

}  // namespace lake::vector
