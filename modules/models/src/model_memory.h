// ModelMemory: how many bytes loaded models may take together.
#pragma once

#include <cstdint>
#include <optional>

#include "lake/common/mutex.h"

namespace lake::models {

/// Any thread; must outlive its shares.
class ModelMemory {
 public:
  /// Bytes taken, given back when it dies.
  class Share {
   public:
    Share(Share&& other) noexcept;
    Share& operator=(Share&&) = delete;
    ~Share();

   private:
    friend class ModelMemory;
    Share(ModelMemory& memory, uint64_t bytes) : memory_(&memory), bytes_(bytes) {}
    ModelMemory* memory_;
    uint64_t bytes_;
  };

  explicit ModelMemory(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  uint64_t limit_bytes() const { return limit_bytes_; }
  /// None when less is left.
  std::optional<Share> Take(uint64_t bytes);

 private:
  void GiveBack(uint64_t bytes);

  const uint64_t limit_bytes_;
  Mutex mutex_;
  uint64_t taken_ LAKE_GUARDED_BY(mutex_) = 0;
};

}  // namespace lake::models
