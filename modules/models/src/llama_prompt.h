// Requests in the form that a model was trained on.
#pragma once

#include <llama.h>

#include "llama_runtime.h"

namespace lake::models {

/// As LlamaModel::Prompt.
Result<WrittenPrompt> PromptOf(const llama_model* model, const GenerationRequest& request);

}  // namespace lake::models
