// Ctrl-C as a cancel token: the signals are blocked and waited for on a thread, so nothing happens in a
// handler.
#pragma once

#include <csignal>
#include <optional>
#include <thread>

#include "lake/common/cancel.h"
#include "lake/common/mutex.h"

namespace lake::app {

/// Construct before other threads start: they inherit the blocked signals.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  /// Cancelled with the reason "interrupted" by SIGINT or SIGTERM. A second signal ends the process at once.
  CancelToken token() const { return source_.token(); }

  /// From now on SIGINT cancels only the token that this returned last, however often it comes. SIGTERM
  /// cancels both tokens. A signal sent before this call is the statement's before.
  CancelToken NextStatement() LAKE_EXCLUDES(mutex_);

  /// Whether the token that NextStatement returned last is cancelled by what was sent so far.
  bool StatementCancelled() LAKE_EXCLUDES(mutex_);

  /// What a child process should have blocked: what this process had at its start.
  const sigset_t& signals_before() const { return before_; }

 private:
  void Wait(const std::stop_token& stop);
  void TakePending() LAKE_REQUIRES(mutex_);
  void Take(int signal) LAKE_REQUIRES(mutex_);

  sigset_t before_ = {};
  CancelSource source_;
  Mutex mutex_;
  std::optional<CancelSource> statement_ LAKE_GUARDED_BY(mutex_);
  int ends_ LAKE_GUARDED_BY(mutex_) = 0;  ///< Signals that concerned more than a statement.
  std::jthread waiter_;
};

}  // namespace lake::app
