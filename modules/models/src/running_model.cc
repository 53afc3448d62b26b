#include "running_model.h"

#include <utility>

namespace lake::models {

RunningModel::RunningModel(ModelFingerprint fingerprint, std::unique_ptr<LlamaModel> model,
                           ModelMemory::Share memory, WriterPool::Options writers)
    : fingerprint_(std::move(fingerprint)),
      memory_(std::move(memory)),
      model_(std::move(model)),
      writers_(*model_, writers) {}

Result<std::vector<float>> RunningModel::Encode(std::span<const TokenizedText* const> texts) {
  LAKE_ASSIGN_OR_RETURN(std::unique_ptr<LlamaContext> context, TakeContext());
  Result<std::vector<float>> made = context->Encode(texts);
  GiveBack(std::move(context));
  return made;
}

Result<std::unique_ptr<LlamaContext>> RunningModel::TakeContext() {
  {
    MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<LlamaContext> context = std::move(idle_.back());
      idle_.pop_back();
      return context;
    }
  }
  return model_->NewContext();
}

void RunningModel::GiveBack(std::unique_ptr<LlamaContext> context) {
  MutexLock lock(mutex_);
  idle_.push_back(std::move(context));
}

}  // namespace lake::models
