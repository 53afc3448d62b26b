// TurnQueue: work that a few threads do in turns, so that a long piece does not keep a short one waiting.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "lake/common/mutex.h"
#include "lake/common/result.h"
#include "lake/common/worker_pool.h"

namespace lake::models {

class Work {
 public:
  enum class Order {
    kAny,  ///< Several turns at the same time.
    kOneAfterAnother,
  };

  virtual ~Work() = default;
  /// How many there are; at least 1. Work of one turn after another may end earlier: it is asked after each.
  virtual size_t turns() const = 0;
  virtual Order order() const { return Order::kAny; }
  /// Each turn once; must not throw. In no order, unless it asks for one.
  virtual void TakeTurn(size_t turn) = 0;
};

/// Any thread.
class TurnQueue {
 public:
  struct Options {
    size_t threads;
    size_t max_works;  ///< With turns that did not begin yet.
  };

  explicit TurnQueue(Options options);

  /// Begins `work` as soon as a thread is free. Errors: resource_exhausted/models_busy,
  /// unavailable/shutting_down.
  Status Add(std::shared_ptr<Work> work);

 private:
  struct Waiting {
    std::shared_ptr<Work> work;
    size_t next = 0;
  };
  struct Turn {
    std::shared_ptr<Work> work;
    size_t number = 0;
  };

  void Run();
  /// A turn of work that takes one after another has ended.
  void QueueNext(Turn turn);
  /// Of the work that waited longest since its last turn. None: this runner has ended.
  Turn Next();

  const Options options_;
  Mutex mutex_;
  std::deque<Waiting> waiting_ LAKE_GUARDED_BY(mutex_);
  size_t runners_ LAKE_GUARDED_BY(mutex_) = 0;
  WorkerPool pool_;  ///< Last: its threads use the rest.
};

}  // namespace lake::models
