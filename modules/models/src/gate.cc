#include "gate.h"

#include <algorithm>

namespace lake::models {

Gate::Pass::~Pass() {
  if (gate_ != nullptr) std::move(*this).End(Outcome::kNeutral);
}

void Gate::Pass::End(Outcome outcome) && {
  Gate& gate = *std::exchange(gate_, nullptr);
  MutexLock lock(gate.mutex_);
  --gate.in_flight_;
  if (probes_) gate.probing_ = false;
  if (outcome == Outcome::kSuccess) gate.failures_ = 0;
  if (outcome == Outcome::kFailure && ++gate.failures_ >= gate.options_.failures_until_rest)
    gate.rests_until_ = Steady::now() + gate.options_.rest;
  gate.left_.NotifyAll();
}

Status Gate::CheckRest() {
  if (failures_ < options_.failures_until_rest) return {};
  if (!probing_ && Steady::now() >= rests_until_) return {};
  return Unavailable("provider_resting",
                     "the provider failed {} times in a row and is left alone for a while; try "
                     "again soon",
                     failures_);
}

Result<Gate::Pass> Gate::Enter(const Context& context) {
  const CancelRegistration wake = context.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    left_.NotifyAll();
  });
  MutexLock lock(mutex_);
  if (in_flight_ >= options_.max_in_flight && waiting_ >= options_.max_waiting)
    return ResourceExhausted("models_busy", "too many calls wait for the model; try again soon");
  ++waiting_;
  Status status = CheckRest();
  while (status.ok() && in_flight_ >= options_.max_in_flight) {
    left_.WaitUntil(mutex_, std::min(context.deadline.when(), Steady::now() + std::chrono::hours(1)));
    status = context.CheckAlive();
    if (status.ok()) status = CheckRest();
  }
  --waiting_;
  if (!status.ok()) return std::move(status).error();
  ++in_flight_;
  const bool probes = failures_ >= options_.failures_until_rest;
  if (probes) probing_ = true;
  return Pass(*this, probes);
}

bool Gate::idle() const {
  MutexLock lock(mutex_);
  return in_flight_ == 0 && waiting_ == 0 && failures_ == 0;
}

Status WaitFor(const Context& context, std::chrono::milliseconds wait) {
  Mutex mutex;
  CondVar changed;
  const auto until = std::chrono::steady_clock::now() + wait;
  const CancelRegistration wake = context.cancel.OnCancel([&] {
    MutexLock lock(mutex);
    changed.NotifyAll();
  });
  MutexLock lock(mutex);
  while (std::chrono::steady_clock::now() < until) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    changed.WaitUntil(mutex, std::min(until, context.deadline.when()));
  }
  return context.CheckAlive();
}

}  // namespace lake::models
