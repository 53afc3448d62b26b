// llama.cpp behind a face of our own: the only place that knows it. Its failures end here as errors; what
// would make it abort the process (a batch that is too large, instructions this CPU lacks) is refused before.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lake/common/result.h"
#include "token_text.h"

namespace lake::models {

/// Tokens computed together, and so the most that is read of one text. Attention is computed over a whole
/// batch, so larger ones cost more for each text (measured: 512 is a fifth slower for texts of 64 tokens).
inline constexpr size_t kBatchTokens = 256;
/// Texts in one batch.
inline constexpr size_t kBatchTexts = 64;

/// What a model's file says about itself.
struct ModelHeader {
  std::string architecture;
  uint32_t dimensions = 0;  ///< Of what goes through its layers.
  uint32_t max_tokens = 0;  ///< Of one text, as it was trained.
  bool embeds = false;      ///< It says how the vectors of tokens become one of the text.
};

/// `file` at its begin. Error: failed_precondition/model_not_usable when it is no GGUF file or lacks a
/// member.
Result<ModelHeader> ReadModelHeader(std::FILE* file);

/// Where one thread computes. One thread at a time.
class LlamaContext {
 public:
  virtual ~LlamaContext() = default;
  /// The texts' vectors, of unit length, one after the other. At most kBatchTexts with kBatchTokens together,
  /// none empty. Errors: data_loss/model_damaged (numbers that are none), internal/embedding_failed.
  virtual Result<std::vector<float>> Embed(std::span<const std::vector<int32_t>* const> texts) = 0;
};

/// An embedding model in memory. Any thread; contexts must not outlive it.
class LlamaModel {
 public:
  virtual ~LlamaModel() = default;

  /// Reads all of `file`, which is at its begin and no longer needed then. Errors:
  /// failed_precondition/model_not_usable.
  static Result<std::unique_ptr<LlamaModel>> Load(std::FILE* file);

  virtual uint32_t dimensions() const = 0;
  virtual uint32_t max_tokens() const = 0;
  virtual const TokenText& tokenizer() const = 0;
  /// Error: resource_exhausted/model_memory.
  virtual Result<std::unique_ptr<LlamaContext>> NewContext() = 0;
};

}  // namespace lake::models
