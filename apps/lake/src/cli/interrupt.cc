#include "interrupt.h"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
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
  TakePending();
  return statement_.emplace().token();
}

bool Interrupt::StatementCancelled() {
  MutexLock lock(mutex_);
  TakePending();
  return statement_ && statement_->token().cancelled();
}

// Signals are taken with the mutex held, by whoever comes first, so that none is between the kernel and the
// statement that it was meant for.
void Interrupt::TakePending() {
  const sigset_t set = Signals();
  const timespec at_once = {};
  for (int signal = sigtimedwait(&set, nullptr, &at_once); signal > 0;
       signal = sigtimedwait(&set, nullptr, &at_once)) {
    Take(signal);
  }
}

void Interrupt::Take(int signal) {
  if (statement_) statement_->Cancel("interrupted");
  if (statement_ && signal == SIGINT) return;
  if (++ends_ > 1) _exit(kExitInterrupted);
  source_.Cancel("interrupted");
}

void Interrupt::Wait(const std::stop_token& stop) {
  const sigset_t set = Signals();
  pollfd pending = {.fd = ::signalfd(-1, &set, SFD_CLOEXEC), .events = POLLIN, .revents = 0};
  constexpr int kTickMs = 100;  // Only how soon the thread sees that it should end.
  while (!stop.stop_requested()) {
    if (::poll(&pending, 1, kTickMs) <= 0) continue;
    MutexLock lock(mutex_);
    TakePending();
  }
  ::close(pending.fd);
}

}  // namespace lake::app
