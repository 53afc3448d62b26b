#include "lake/vector/chunker.h"

#include <algorithm>

#include "lake/common/check.h"
#include "text_outline.h"

namespace lake::vector {
namespace {

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

/// First bytes of the code points from U+0800 on, but for those of typographic signs (U+2000 to U+2FFF): of
/// no text in the scripts of Europe, whose words need no dictionary.
bool MayBeginWithoutBlank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0xE0 && byte != 0xE2;
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
  Boundaries words = Boundaries::OfWords(text);
  for (Span span; found.size() < most && words.Next(&span);) {
    if (!words.is_word()) continue;
    std::string word(text.substr(span.begin, span.end - span.begin));
    if (std::ranges::find(found, word) == found.end()) found.push_back(std::move(word));
  }
  return found;
}

std::string WithWordsApart(std::string_view text) {
  std::string apart;
  if (std::ranges::none_of(text, MayBeginWithoutBlank)) {
    apart = text;
    return apart;
  }
  Boundaries words = Boundaries::OfWords(text);
  bool after_word = false;
  for (Span span; words.Next(&span);) {
    if (after_word && words.is_word()) apart += ' ';
    after_word = words.is_word();
    apart += text.substr(span.begin, span.end - span.begin);
  }
  return apart;
}

std::string MiddleSentence(std::string_view text) {
  const std::vector<Chunk> sentences = SplitSentences(text, kMaxChunkSize);
  return sentences.empty() ? std::string(text) : sentences[sentences.size() / 2].text;
}

}  // namespace lake::vector
