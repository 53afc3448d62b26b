#include "interrupt.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

#include "exit_code.h"

namespace lake::app {
namespace {

sigset_t Signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t set = Signals();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  waiter_ = std::jthread([this](const std::stop_token& stop) { Wait(stop); });
}

Interrupt::~Interrupt() = default;

CancelToken Interrupt::NextStatement() {
  MutexLock lock(mutex_);
  return statement_.emplace().token();
}

bool Interrupt::CancelStatement() {
  std::optional<CancelSource> statement;
  {
    MutexLock lock(mutex_);
    statement = statement_;
  }
  if (statement) statement->Cancel("interrupted");
  return statement.has_value();
}

void Interrupt::Wait(const std::stop_token& stop) {
  const sigset_t set = Signals();
  const timespec tick{.tv_sec = 0,
                      .tv_nsec = 100'000'000};  // Only how soon the thread sees that it should end.
  int signals = 0;
  while (!stop.stop_requested()) {
    const int signal = sigtimedwait(&set, nullptr, &tick);
    if (signal < 0) continue;
    if (CancelStatement() && signal == SIGINT) continue;
    if (++signals == 1)
      source_.Cancel("interrupted");
    else
      _exit(kExitInterrupted);
  }
}

}  // namespace lake::app
