#include "body_queue.h"

#include <algorithm>
#include <cstring>

namespace lake::gateway {

size_t BodyQueue::Take(std::string_view bytes) {
  MutexLock lock(mutex_);
  const size_t room = kCapacity - std::min(kCapacity, bytes_.size() - taken_);
  const size_t accepted = std::min(room, bytes.size());
  if (taken_ > 0 && taken_ == bytes_.size()) {
    bytes_.clear();
    taken_ = 0;
  } else if (taken_ >= kCapacity) {
    bytes_.erase(0, taken_);
    taken_ = 0;
  }
  bytes_.append(bytes.substr(0, accepted));
  if (accepted > 0) changed_.NotifyOne();
  return accepted;
}

bool BodyQueue::WantsMore() {
  MutexLock lock(mutex_);
  const bool wants = reading_ && bytes_.size() - taken_ < kCapacity;
  io_waits_ = !wants;
  return wants;
}

void BodyQueue::End() {
  MutexLock lock(mutex_);
  ended_ = true;
  changed_.NotifyOne();
}

void BodyQueue::Fail(Error error) {
  MutexLock lock(mutex_);
  if (ended_ || failure_) return;
  failure_ = std::move(error);
  changed_.NotifyOne();
}

Result<size_t> BodyQueue::Read(std::span<char> buffer) {
  if (BeginRead()) wake_();
  size_t copied = 0;
  bool wake = false;
  {
    MutexLock lock(mutex_);
    while (bytes_.size() == taken_ && !ended_ && !failure_) changed_.Wait(mutex_);
    if (failure_) return *failure_;
    copied = std::min(buffer.size(), bytes_.size() - taken_);
    std::memcpy(buffer.data(), bytes_.data() + taken_, copied);
    taken_ += copied;
    // Half a queue at a time: one wake-up then moves many bytes.
    wake = io_waits_ && bytes_.size() - taken_ <= kCapacity / 2;
    if (wake) io_waits_ = false;
  }
  if (wake) wake_();
  return copied;
}

bool BodyQueue::BeginRead() {
  MutexLock lock(mutex_);
  reading_ = true;
  const bool wake = io_waits_ && bytes_.size() == taken_;
  if (wake) io_waits_ = false;
  return wake;
}

}  // namespace lake::gateway
