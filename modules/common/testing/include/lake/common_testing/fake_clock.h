// A clock that stands still until a test moves it.
#pragma once

#include <atomic>
#include <chrono>

#include "lake/common/clock.h"

namespace lake {

class FakeClock final : public Clock {
 public:
  /// 2026-01-02T03:04:05Z: every part of the date differs, so that a swapped one shows.
  FakeClock() = default;
  explicit FakeClock(Timestamp start) : micros_(start.micros) {}

  Timestamp Now() override { return Timestamp{micros_.load()}; }
  void Advance(std::chrono::microseconds step) { micros_ += step.count(); }
  void Set(Timestamp time) { micros_ = time.micros; }

 private:
  std::atomic<int64_t> micros_ = 1'767'323'045'000'000;
};

}  // namespace lake
