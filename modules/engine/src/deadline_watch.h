// One thread that calls back when deadlines pass: every running statement has one, and a thread each would be
// waste.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <utility>

#include "lake/common/context.h"
#include "lake/common/mutex.h"

namespace lake::engine {

class DeadlineWatch {
 public:
  /// Keeps one deadline watched. The watch must outlive it.
  class Entry {
   public:
    Entry() = default;
    Entry(Entry&& other) noexcept;
    Entry& operator=(Entry&& other) noexcept;
    ~Entry();

   private:
    friend class DeadlineWatch;
    DeadlineWatch* watch_ = nullptr;
    std::pair<Deadline::Clock::time_point, uint64_t> key_;
  };

  DeadlineWatch();
  ~DeadlineWatch();
  DeadlineWatch(const DeadlineWatch&) = delete;
  DeadlineWatch& operator=(const DeadlineWatch&) = delete;

  /// Runs `callback` once on the watch's thread after `deadline`. It must not block, and may still be running
  /// shortly after its entry is gone: it owns whatever it touches.
  [[nodiscard]] Entry Watch(Deadline deadline, std::function<void()> callback);

 private:
  void Run();
  void Remove(const std::pair<Deadline::Clock::time_point, uint64_t>& key);

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ LAKE_GUARDED_BY(mutex_) = false;
  uint64_t next_id_ LAKE_GUARDED_BY(mutex_) = 0;
  std::map<std::pair<Deadline::Clock::time_point, uint64_t>, std::function<void()>> entries_
      LAKE_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace lake::engine
