#include "admission.h"

#include <chrono>

namespace lake::query {

Status Admission::Acquire(const Context& context) {
  // Declared before the lock so that it is unregistered after the lock is released: a cancelling thread may
  // be waiting for the lock inside the callback.
  CancelRegistration wake = context.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  if (running_ >= limits_.max_running && waiting_ >= limits_.max_waiting)
    return ResourceExhausted("too_many_queries", "too many queries: {} running, {} waiting; try again later",
                             running_, waiting_);
  ++waiting_;
  Status alive;
  while (running_ >= limits_.max_running && (alive = context.CheckAlive()).ok()) {
    if (context.deadline.never())
      changed_.Wait(mutex_);
    else
      changed_.WaitUntil(mutex_, context.deadline.when());
  }
  --waiting_;
  LAKE_RETURN_IF_ERROR(alive);
  ++running_;
  return {};
}

void Admission::Release() {
  MutexLock lock(mutex_);
  --running_;
  changed_.NotifyAll();
}

}  // namespace lake::query
