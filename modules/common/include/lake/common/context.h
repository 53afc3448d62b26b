// Context: what every call into the lower layers carries. Small, a value, and it does not grow.
#pragma once

#include <chrono>
#include <string>

#include "lake/common/cancel.h"

namespace lake {

/// A point on the steady clock, or never.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  static Deadline Never() { return Deadline(Clock::time_point::max()); }
  static Deadline After(std::chrono::milliseconds wait) { return Deadline(Clock::now() + wait); }

  bool passed() const { return when_ != Clock::time_point::max() && Clock::now() >= when_; }
  bool never() const { return when_ == Clock::time_point::max(); }
  Clock::time_point when() const { return when_; }

 private:
  explicit Deadline(Clock::time_point when) : when_(when) {}
  Clock::time_point when_;
};

struct Context {
  Deadline deadline = Deadline::Never();
  CancelToken cancel;
  std::string trace_id;

  /// ok, or cancelled/…, or deadline_exceeded/deadline. Long loops call it between steps.
  Status CheckAlive() const;
};

}  // namespace lake
