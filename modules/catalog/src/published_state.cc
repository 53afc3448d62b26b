#include "published_state.h"

#include "lake/common/check.h"

namespace lake::catalog {

std::shared_ptr<const State> PublishedState::get() const {
  MutexLock lock(mutex_);
  return state_;
}

void PublishedState::Publish(std::shared_ptr<const State> state) {
  MutexLock lock(mutex_);
  LAKE_CHECK(state->version() > state_->version());
  std::swap(state_, state);  // The earlier state may be the last of its kind: it dies after the lock.
  changed_.NotifyAll();
}

Status PublishedState::WaitFor(const Context& context, Version seen) {
  const CancelRegistration registration = context.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  while (state_->version() <= seen) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    if (context.deadline.never()) {
      changed_.Wait(mutex_);
    } else {
      changed_.WaitUntil(mutex_, context.deadline.when());
    }
  }
  return {};
}

void PublishedState::Poison(Error why) {
  MutexLock lock(mutex_);
  if (!poison_) poison_ = std::move(why);
}

Status PublishedState::health() const {
  MutexLock lock(mutex_);
  return poison_ ? Status(*poison_) : Status();
}

}  // namespace lake::catalog
