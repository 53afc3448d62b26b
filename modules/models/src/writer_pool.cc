#include "writer_pool.h"

#include <algorithm>
#include <utility>

namespace lake::models {

bool WriterPool::MayGrow() {
  if (count_ >= options_.most) return false;
  if (count_ > 0) {
    std::optional<ModelMemory::Share> share = options_.memory.Take(options_.bytes);
    if (!share) return false;
    shares_.push_back(std::move(*share));
  }
  ++count_;
  return true;
}

Result<WriterPool::Lease> WriterPool::Take(const Context& context) {
  const CancelRegistration wake = context.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  {
    MutexLock lock(mutex_);
    while (idle_.empty() && !MayGrow()) {
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      // Memory may come free elsewhere, of which nobody tells.
      changed_.WaitUntil(mutex_, std::min(context.deadline.when(),
                                          std::chrono::steady_clock::now() + std::chrono::milliseconds(100)));
    }
    if (!idle_.empty()) {
      std::unique_ptr<LlamaWriter> writer = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(writer));
    }
  }
  return Make();
}

Result<WriterPool::Lease> WriterPool::Make() {
  Result<std::unique_ptr<LlamaWriter>> writer = model_.NewWriter(options_.context_tokens);
  if (writer.ok()) return Lease(*this, std::move(*writer));
  Forget();
  return std::move(writer).error();
}

void WriterPool::Forget() {
  MutexLock lock(mutex_);
  --count_;
  if (!shares_.empty()) shares_.pop_back();
  changed_.NotifyAll();
}

void WriterPool::GiveBack(std::unique_ptr<LlamaWriter> writer) {
  {
    MutexLock lock(mutex_);
    if (idle_.empty()) idle_.push_back(std::move(writer));
    changed_.NotifyAll();
  }
  if (writer == nullptr) return;
  writer.reset();  // One waits for the next text; more would keep memory from other models.
  Forget();
}

}  // namespace lake::models
