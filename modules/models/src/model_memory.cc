#include "model_memory.h"

#include <utility>

namespace lake::models {

ModelMemory::Share::Share(Share&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), bytes_(other.bytes_) {}

ModelMemory::Share::~Share() {
  if (memory_ != nullptr) memory_->GiveBack(bytes_);
}

std::optional<ModelMemory::Share> ModelMemory::Take(uint64_t bytes) {
  MutexLock lock(mutex_);
  if (bytes > limit_bytes_ - taken_) return std::nullopt;
  taken_ += bytes;
  return Share(*this, bytes);
}

void ModelMemory::GiveBack(uint64_t bytes) {
  MutexLock lock(mutex_);
  taken_ -= bytes;
}

}  // namespace lake::models
