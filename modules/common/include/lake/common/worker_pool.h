// A named pool with a fixed number of threads and a bounded queue. Everything that computes runs in one.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "lake/common/result.h"

namespace lake {

class WorkerPool {
 public:
  struct Options {
    std::string name;  ///< At most 15 characters: it becomes the threads' name.
    size_t threads = 1;
    size_t queue_limit = 1;  ///< Tasks waiting beyond those running.
  };

  explicit WorkerPool(Options options);
  ~WorkerPool();  ///< Shutdown().
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `task` later on one of the threads; a task must not throw. Errors: resource_exhausted/pool_full,
  /// unavailable/shutting_down. Any thread.
  Status Submit(std::move_only_function<void()> task);
  /// Refuses new tasks, runs those accepted, joins. Idempotent. Not from a task of this pool.
  void Shutdown();

  size_t queued() const;
  size_t running() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lake
