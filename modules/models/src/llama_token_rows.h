// The vectors by which a BERT model takes tokens in, when some of them are in a second text.
#pragma once

#include <ggml.h>
#include <gguf.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "lake/common/result.h"

namespace lake::models {

/// BERT adds to every token a vector for the text that it is in: the first of a pair, or the second (Devlin
/// et al. 2019, figure 2). llama.cpp adds that of the first text to all tokens and has no input to say
/// otherwise, but it takes vectors instead of tokens. So the model's table of tokens is held here once more,
/// and a token of a second text becomes its vector plus the difference between the two. Any thread.
class LlamaTokenRows {
 public:
  /// What it takes for a model of that width; 0: the model does not tell one text from the other.
  static uint64_t Bytes(const gguf_context* gguf, uint32_t width);

  /// Null where Bytes() is 0. `file`: at its begin, of a model that llama.cpp has loaded. Errors:
  /// failed_precondition/model_not_usable.
  static Result<std::unique_ptr<const LlamaTokenRows>> Read(std::FILE* file, uint32_t width);

  uint32_t width() const { return static_cast<uint32_t>(second_.size()); }

  // Each writes width() floats. `token` is one of the vocabulary.
  void WriteFirst(int32_t token, float* row) const;
  void WriteSecond(int32_t token, float* row) const;

 private:
  LlamaTokenRows(ggml_type type, std::vector<char> table, std::vector<float> second)
      : type_(type), table_(std::move(table)), second_(std::move(second)) {}

  const ggml_type type_;
  const std::vector<char> table_;    ///< A row of `type_` for each token.
  const std::vector<float> second_;  ///< The second text's vector less the first one's.
};

}  // namespace lake::models
