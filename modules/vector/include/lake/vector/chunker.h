// A text into chunks of some sentences each: what is embedded, found and cited.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lake::vector {

/// What the length of a chunk is counted in.
enum class ChunkUnit {
  kWords,   ///< What Unicode's word boundaries (UAX 29) give, with dictionaries for scripts without blanks.
  kTokens,  ///< Those of the model that embeds, without the ones that it puts around every text.
};

struct ChunkSettings {
  uint32_t size = 500;    ///< Most words or tokens of a chunk.
  uint32_t overlap = 50;  ///< About so many of a chunk's end stand at the beginning of the next one.
  ChunkUnit unit = ChunkUnit::kWords;
  bool operator==(const ChunkSettings&) const = default;
};

inline constexpr uint32_t kMinChunkSize = 10;
inline constexpr uint32_t kMaxChunkSize = 5000;

struct Chunk {
  std::string text;    ///< Exactly what stands there; no blanks around it.
  uint32_t start = 0;  ///< In the whole text, in Unicode code points.
  uint32_t end = 0;    ///< One past the last.
  bool operator==(const Chunk&) const = default;
};

/// By words, whatever the unit says. Chunks end where sentences end, unless a sentence is longer than a
/// chunk. Together they cover every word; a text without a word has none. `text` is UTF-8.
std::vector<Chunk> ChunkText(std::string_view text, const ChunkSettings& settings);

/// The chunk as two or more shorter ones, for a reader that cannot take it whole; itself when it is one word.
std::vector<Chunk> HalveChunk(const Chunk& chunk);

/// The sentences that have a word, in order; one of more than `most_words` (at least 1) is several of these.
std::vector<Chunk> SplitSentences(std::string_view text, size_t most_words);

/// The first `most` words of a text, as they stand there, each once.
std::vector<std::string> DistinctWords(std::string_view text, size_t most);

/// The text with a blank between words that touch, as they do in scripts without blanks.
std::string WithWordsApart(std::string_view text);

/// The sentence in the middle of those that have a word; all of a text without a word.
std::string MiddleSentence(std::string_view text);

}  // namespace lake::vector
