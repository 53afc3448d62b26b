// A queue between one producer and one consumer thread that makes the faster one wait.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "lake/common/mutex.h"

namespace lake::vector {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t limit) : limit_(limit) {}

  /// Waits for room. False when the consumer has closed: nobody wants any more.
  bool Push(T value) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (values_.size() >= limit_ && !closed_) changed_.Wait(mutex_);
    if (closed_) return false;
    values_.push_back(std::move(value));
    changed_.NotifyAll();
    return true;
  }
  /// Waits for a value; none when it is closed and empty.
  std::optional<T> Pop() LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (values_.empty() && !closed_) changed_.Wait(mutex_);
    if (values_.empty()) return std::nullopt;
    std::optional<T> value = std::move(values_.front());
    values_.pop_front();
    changed_.NotifyAll();
    return value;
  }
  /// By the producer at its end, by the consumer when it gives up.
  void Close() LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }

 private:
  const size_t limit_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<T> values_ LAKE_GUARDED_BY(mutex_);
  bool closed_ LAKE_GUARDED_BY(mutex_) = false;
};

}  // namespace lake::vector
