// RunningModel: a model in memory with the contexts that threads compute in.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lake/common/mutex.h"
#include "lake/models/embedder.h"
#include "llama_runtime.h"
#include "model_memory.h"
#include "writer_pool.h"

namespace lake::models {

/// Any thread.
class RunningModel {
 public:
  RunningModel(ModelFingerprint fingerprint, std::unique_ptr<LlamaModel> model, ModelMemory::Share memory,
               WriterPool::Options writers);

  const ModelFingerprint& fingerprint() const { return fingerprint_; }
  uint32_t max_tokens() const { return model_->max_tokens(); }
  uint32_t outputs() const { return model_->outputs(); }
  const TokenText& tokenizer() const { return model_->tokenizer(); }

  /// As LlamaContext::Encode, in a context that nobody else uses meanwhile; there are never more contexts
  /// than there were calls at once.
  Result<std::vector<float>> Encode(std::span<const TokenizedText* const> texts);

  /// As LlamaModel::Prompt.
  Result<WrittenPrompt> Prompt(const GenerationRequest& request) const { return model_->Prompt(request); }
  WriterPool& writers() { return writers_; }

 private:
  Result<std::unique_ptr<LlamaContext>> TakeContext();
  void GiveBack(std::unique_ptr<LlamaContext> context);

  const ModelFingerprint fingerprint_;
  const ModelMemory::Share memory_;
  const std::unique_ptr<LlamaModel> model_;
  WriterPool writers_;  ///< They die before the model.
  Mutex mutex_;
  std::vector<std::unique_ptr<LlamaContext>> idle_ LAKE_GUARDED_BY(mutex_);  ///< They die before the model.
};

}  // namespace lake::models
