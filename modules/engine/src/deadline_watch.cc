#include "deadline_watch.h"

#include <vector>

namespace lake::engine {

DeadlineWatch::Entry::Entry(Entry&& other) noexcept
    : watch_(std::exchange(other.watch_, nullptr)), key_(std::move(other.key_)) {}

DeadlineWatch::Entry& DeadlineWatch::Entry::operator=(Entry&& other) noexcept {
  std::swap(watch_, other.watch_);
  std::swap(key_, other.key_);
  return *this;
}

DeadlineWatch::Entry::~Entry() {
  if (watch_ != nullptr) watch_->Remove(key_);
}

DeadlineWatch::DeadlineWatch() : thread_([this] { Run(); }) {}

DeadlineWatch::~DeadlineWatch() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

DeadlineWatch::Entry DeadlineWatch::Watch(Deadline deadline, std::function<void()> callback) {
  Entry entry;
  if (deadline.never()) return entry;
  entry.watch_ = this;
  bool earliest = false;
  {
    MutexLock lock(mutex_);
    entry.key_ = {deadline.when(), next_id_++};
    const auto position = entries_.emplace(entry.key_, std::move(callback)).first;
    earliest = position == entries_.begin();
  }
  if (earliest) changed_.NotifyOne();
  return entry;
}

void DeadlineWatch::Remove(const std::pair<Deadline::Clock::time_point, uint64_t>& key) {
  std::function<void()> removed;  // Destroyed outside the lock: it may own a connection.
  MutexLock lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) {
    removed = std::move(found->second);
    entries_.erase(found);
  }
}

void DeadlineWatch::Run() {
  for (;;) {
    std::vector<std::function<void()>> due;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && (entries_.empty() || entries_.begin()->first.first > Deadline::Clock::now())) {
        if (entries_.empty())
          changed_.Wait(mutex_);
        else
          changed_.WaitUntil(mutex_, entries_.begin()->first.first);
      }
      if (stopping_) return;
      while (!entries_.empty() && entries_.begin()->first.first <= Deadline::Clock::now()) {
        due.push_back(std::move(entries_.begin()->second));
        entries_.erase(entries_.begin());
      }
    }
    for (const auto& callback : due) callback();
  }
}

}  // namespace lake::engine
