// A text written by llama.cpp.
#pragma once

#include <llama.h>

#include <memory>

#include "llama_runtime.h"

namespace lake::models {

/// As LlamaModel::NewWriter. `model` is borrowed.
Result<std::unique_ptr<LlamaWriter>> MakeLlamaWriter(llama_model* model, uint32_t tokens);

}  // namespace lake::models
