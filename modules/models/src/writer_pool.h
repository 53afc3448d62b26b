// WriterPool: the writers of one model in memory.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "llama_runtime.h"
#include "model_memory.h"

namespace lake::models {

/// Any thread; must outlive its leases.
class WriterPool {
 public:
  struct Options {
    uint32_t context_tokens;  ///< Of each.
    uint64_t bytes;           ///< Of each; the first one's are in the share of the model.
    size_t most;
    ModelMemory& memory;
  };

  /// A writer that nobody else uses meanwhile.
  class Lease {
   public:
    Lease(WriterPool& pool, std::unique_ptr<LlamaWriter> writer) : pool_(&pool), writer_(std::move(writer)) {}
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (writer_ != nullptr) pool_->GiveBack(std::move(writer_));
    }
    LlamaWriter& operator*() const { return *writer_; }
    LlamaWriter* operator->() const { return writer_.get(); }

   private:
    WriterPool* pool_;
    std::unique_ptr<LlamaWriter> writer_;
  };

  WriterPool(LlamaModel& model, Options options) : model_(model), options_(options) {}

  uint32_t context_tokens() const { return options_.context_tokens; }
  /// Waits for one when there may be no more. Errors: resource_exhausted/model_memory,
  /// failed_precondition/model_not_usable, those of the context.
  Result<Lease> Take(const Context& context);

 private:
  /// Counted already.
  Result<Lease> Make();
  /// Whether there may be one more; takes its memory.
  bool MayGrow() LAKE_REQUIRES(mutex_);
  void Forget();
  void GiveBack(std::unique_ptr<LlamaWriter> writer);

  LlamaModel& model_;
  const Options options_;
  Mutex mutex_;
  CondVar changed_;
  size_t count_ LAKE_GUARDED_BY(mutex_) = 0;  ///< At work and idle.
  std::vector<std::unique_ptr<LlamaWriter>> idle_ LAKE_GUARDED_BY(mutex_);
  /// Of those beyond the first; their order does not matter.
  std::vector<ModelMemory::Share> shares_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::models
