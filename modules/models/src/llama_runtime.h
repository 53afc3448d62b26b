// llama.cpp behind a face of our own: the only place that knows it. Its failures end here as errors; what
// would make it abort the process (a batch that is too large, instructions this CPU lacks) is refused before.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lake/common/result.h"
#include "lake/models/generator.h"
#include "token_text.h"

namespace lake::models {

/// Tokens computed together, and so the most that is read of one text. Attention is computed over a whole
/// batch, so larger ones cost more for each text (measured: 512 is a fifth slower for texts of 64 tokens).
inline constexpr size_t kBatchTokens = 256;
/// Most that is read of a question and a text together: what BERT's rerankers were trained on, and enough for
/// any question beside a text of kBatchTokens.
inline constexpr size_t kPairBatchTokens = 512;
/// Texts in one batch.
inline constexpr size_t kBatchTexts = 64;

/// What a model's file says about itself.
struct ModelHeader {
  std::string architecture;
  uint32_t dimensions = 0;      ///< Of what goes through its layers.
  uint32_t max_tokens = 0;      ///< Of one text, or of two read together.
  bool embeds = false;          ///< It says how the vectors of tokens become one of the text.
  bool ranks = false;           ///< It gives two texts, read together, one score.
  bool generates = false;       ///< It writes one token after the other.
  uint32_t context_tokens = 0;  ///< What it was trained to hold at once.
  uint32_t words = 0;           ///< Tokens that it knows.
  uint64_t token_bytes = 0;     ///< What it remembers of each token that it holds.
  uint64_t row_bytes = 0;       ///< What telling a second text from the first takes beside the weights.

  /// Computed together at most, when it embeds or ranks.
  uint32_t batch_tokens() const { return ranks ? kPairBatchTokens : kBatchTokens; }
};

/// `file` at its begin. Error: failed_precondition/model_not_usable when it is no GGUF file or lacks a
/// member.
Result<ModelHeader> ReadModelHeader(std::FILE* file);

/// Where one thread computes. One thread at a time.
class LlamaContext {
 public:
  virtual ~LlamaContext() = default;
  /// LlamaModel::outputs() numbers for each text, one text after the other: its vector, of unit length, or
  /// its score. At most kBatchTexts with ModelHeader::batch_tokens together, none empty. Errors:
  /// data_loss/model_damaged (numbers that are none), internal/model_failed.
  virtual Result<std::vector<float>> Encode(std::span<const TokenizedText* const> texts) = 0;
};

/// How a text is written.
struct WritingOptions {
  double temperature = 0;
  std::optional<uint32_t> seed = {};
};

/// Where one text is written, token by token. One thread at a time; calls may come from several threads.
class LlamaWriter {
 public:
  virtual ~LlamaWriter() = default;
  /// Forgets all it has read.
  virtual Status Begin(const WritingOptions& options) = 0;
  /// Reads on: at most kBatchTokens, and never more in all than it was made for. Errors:
  /// internal/generation_failed.
  virtual Status Read(std::span<const int32_t> tokens) = 0;
  /// The token that follows what it has read; none when the text is over. Errors: data_loss/model_damaged
  /// (numbers that are none).
  virtual Result<std::optional<int32_t>> Next() = 0;
  /// The bytes that a token stands for: perhaps a part of a character; none for tokens that are no text.
  virtual std::string Bytes(int32_t token) const = 0;
};

/// What a model reads before it writes.
struct WrittenPrompt {
  std::vector<int32_t> tokens;
  std::vector<std::string> stop;  ///< The text is over before these, beside what the request says.
};

/// For what memory must be there to write with such a model: a writer of at most `context_tokens`.
uint64_t WriterBytes(const ModelHeader& header, uint32_t context_tokens);
/// How many tokens that writer holds: no more than the model was trained for.
uint32_t WriterTokens(const ModelHeader& header, uint32_t context_tokens);

/// A model in memory. Any thread; contexts and writers must not outlive it.
class LlamaModel {
 public:
  virtual ~LlamaModel() = default;

  /// Reads all of `file`, which is at its begin and no longer needed then. `header`: that of the file.
  /// Errors: failed_precondition/model_not_usable.
  static Result<std::unique_ptr<LlamaModel>> Load(std::FILE* file, const ModelHeader& header);

  virtual uint32_t dimensions() const = 0;
  /// Numbers that a context makes of a text.
  virtual uint32_t outputs() const = 0;
  virtual uint32_t max_tokens() const = 0;
  virtual const TokenText& tokenizer() const = 0;
  /// Error: resource_exhausted/model_memory.
  virtual Result<std::unique_ptr<LlamaContext>> NewContext() = 0;

  /// `tokens`: as WriterTokens says. Errors: resource_exhausted/model_memory.
  virtual Result<std::unique_ptr<LlamaWriter>> NewWriter(uint32_t tokens) = 0;
  /// The request in the form in which the model was trained to hold conversations, when its file says one
  /// that is known, else a plain transcript. What stands in the messages is text, whatever it looks like.
  /// Errors: failed_precondition/model_not_usable.
  virtual Result<WrittenPrompt> Prompt(const GenerationRequest& request) const = 0;
};

}  // namespace lake::models
