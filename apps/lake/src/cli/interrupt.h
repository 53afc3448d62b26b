// Ctrl-C as a cancel token: the signals are blocked and waited for on a thread, so nothing happens in a
// handler.
#pragma once

#include <thread>

#include "lake/common/cancel.h"

namespace lake::app {

/// Construct before other threads start: they inherit the blocked signals.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  /// Cancelled with the reason "interrupted" by SIGINT or SIGTERM. A second signal ends the process at once.
  CancelToken token() const { return source_.token(); }

 private:
  void Wait(const std::stop_token& stop);

  CancelSource source_;
  std::jthread waiter_;
};

}  // namespace lake::app
