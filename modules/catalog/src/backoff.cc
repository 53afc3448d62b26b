#include "backoff.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

namespace lake::catalog {

void BackOff(RandomSource& random, size_t attempt) {
  constexpr uint64_t kMaxMicros = 250'000;  // A commit that waits longer looks hung.
  const uint64_t bound = std::min(uint64_t{1000} << std::min<size_t>(attempt, 10), kMaxMicros);
  std::this_thread::sleep_for(std::chrono::microseconds(random.NextBelow(bound + 1)));
}

}  // namespace lake::catalog
