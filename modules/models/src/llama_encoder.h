// Texts turned into numbers by llama.cpp.
#pragma once

#include <llama.h>

#include <memory>

#include "llama_runtime.h"
#include "llama_token_rows.h"

namespace lake::models {

enum class EncoderTask {
  kVectors,
  kScores,  ///< Of pairs.
};

struct EncoderOptions {
  uint32_t outputs;       ///< Numbers for each text.
  uint32_t batch_tokens;  ///< At most at once.
  EncoderTask task;
  const LlamaTokenRows* rows;  ///< Borrowed; null when the model does not tell a second text from the first.
};

/// As LlamaModel::NewContext. `model` is borrowed.
Result<std::unique_ptr<LlamaContext>> MakeLlamaContext(llama_model* model, const EncoderOptions& options);

}  // namespace lake::models
