// Admission: at most so many queries at once, at most so many waiting. The engine has no memory limit of its
// own per query, so slots are what divides its memory.
#pragma once

#include <cstddef>

#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"

namespace lake::query {

class Admission {
 public:
  struct Limits {
    size_t max_running = 1;
    size_t max_waiting = 0;
  };

  explicit Admission(Limits limits) : limits_(limits) {}

  /// Waits for a slot. Errors: resource_exhausted/too_many_queries, those of the context.
  Status Acquire(const Context& context) LAKE_EXCLUDES(mutex_);
  void Release() LAKE_EXCLUDES(mutex_);

 private:
  const Limits limits_;
  Mutex mutex_;
  CondVar changed_;
  size_t running_ LAKE_GUARDED_BY(mutex_) = 0;
  size_t waiting_ LAKE_GUARDED_BY(mutex_) = 0;
};

}  // namespace lake::query
