// A mutex that clang's thread-safety analysis understands: every guarded member says LAKE_GUARDED_BY(mutex_).
// A lock guards named members and is never held across I/O or a callback.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define LAKE_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define LAKE_THREAD_ATTRIBUTE(x)
#endif
#define LAKE_CAPABILITY(x) LAKE_THREAD_ATTRIBUTE(capability(x))
#define LAKE_SCOPED_CAPABILITY LAKE_THREAD_ATTRIBUTE(scoped_lockable)
#define LAKE_GUARDED_BY(x) LAKE_THREAD_ATTRIBUTE(guarded_by(x))
#define LAKE_PT_GUARDED_BY(x) LAKE_THREAD_ATTRIBUTE(pt_guarded_by(x))
#define LAKE_REQUIRES(...) LAKE_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define LAKE_EXCLUDES(...) LAKE_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define LAKE_ACQUIRE(...) LAKE_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define LAKE_RELEASE(...) LAKE_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define LAKE_NO_THREAD_SAFETY_ANALYSIS LAKE_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace lake {

class LAKE_CAPABILITY("mutex") Mutex {
 public:
  void Lock() LAKE_ACQUIRE() { mutex_.lock(); }
  void Unlock() LAKE_RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class LAKE_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) LAKE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() LAKE_RELEASE() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Waits are on a Mutex the caller holds; as with every condition variable, wait in a loop.
class CondVar {
 public:
  void Wait(Mutex& mutex) LAKE_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  /// False when `until` passed.
  bool WaitUntil(Mutex& mutex, std::chrono::steady_clock::time_point until) LAKE_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    bool in_time = condition_.wait_until(lock, until) == std::cv_status::no_timeout;
    lock.release();
    return in_time;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace lake
