// Says when the other side is too slow. Time counts only while we wait for it, so our own slowness is never
// held against a client.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lake::gateway {

class PaceWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  PaceWatch(std::chrono::milliseconds window, uint64_t min_bytes_per_second)
      : window_(window), enough_(min_bytes_per_second * static_cast<uint64_t>(window.count()) / 1000 + 1) {}

  /// We wait from now on (or still do).
  void Wait(TimePoint now) {
    if (until_ == TimePoint::max()) Begin(now);
  }
  void Moved(size_t bytes) { moved_ += bytes; }
  /// We do not wait any more.
  void Rest() { until_ = TimePoint::max(); }
  /// When to ask TooSlow; max when we do not wait.
  TimePoint until() const { return until_; }
  /// True when the window is over and too little moved in it; otherwise a new one may have begun.
  bool TooSlow(TimePoint now) {
    if (now < until_) return false;
    if (moved_ < enough_) return true;
    Begin(now);
    return false;
  }

 private:
  void Begin(TimePoint now) {
    until_ = now + window_;
    moved_ = 0;
  }

  const std::chrono::milliseconds window_;
  const uint64_t enough_;
  TimePoint until_ = TimePoint::max();
  uint64_t moved_ = 0;
};

}  // namespace lake::gateway
