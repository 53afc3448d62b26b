// A number of bytes that all requests share.
#pragma once

#include <atomic>
#include <cstdint>

namespace lake::gateway {

/// Any thread.
class ByteBudget {
 public:
  explicit ByteBudget(uint64_t bytes) : left_(static_cast<int64_t>(bytes)) {}

  bool Take(uint64_t bytes) {
    const auto wanted = static_cast<int64_t>(bytes);
    if (left_.fetch_sub(wanted, std::memory_order_relaxed) >= wanted) return true;
    Give(bytes);
    return false;
  }
  void Give(uint64_t bytes) { left_.fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> left_;
};

}  // namespace lake::gateway
