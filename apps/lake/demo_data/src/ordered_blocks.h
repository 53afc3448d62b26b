// Work that is made in parallel and must come out in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "lake/common/result.h"

namespace lake::demo_data {

struct BlockWork {
  int64_t blocks = 0;
  std::function<void(int64_t block, std::string* bytes)> make;  ///< On any thread, `bytes` empty.
  /// In order, one at a time; after an error no other is called.
  std::function<Status(int64_t block, const std::string& bytes)> take;
};

/// Runs the work on `threads` threads (at least 1) and returns the first error of `take`. Holds one block per
/// thread.
Status RunInOrder(const BlockWork& work, size_t threads);

}  // namespace lake::demo_data
