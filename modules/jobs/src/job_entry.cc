#include "job_entry.h"

#include <utility>

#include "lake/common/check.h"

namespace lake::jobs {

JobEntry::JobEntry(const JobRecord& record)
    : id_(record.id),
      kind_(record.kind),
      actor_(record.actor),
      owes_cleanup_(IsFinished(record.state) && record.cleanup == CleanupState::kPending),
      payload_(record.payload.value_or(JsonValue())),
      unknown_(record.unknown),
      phase_(Phase::kQueued),
      job_(JobOf(record)) {
  if (job_.finished())
    phase_ = Phase::kEnded;
  else
    job_.state = JobState::kQueued;  // A run that a crash cut short waits again.
}

Job JobEntry::Snapshot() const {
  MutexLock lock(mutex_);
  return job_;
}

JobRecord JobEntry::MakeRecord(const Job& job) const {
  JobRecord record = RecordOf(job);
  record.payload = payload_;
  record.unknown = unknown_;
  return record;
}

bool JobEntry::TryStart(Timestamp now) {
  MutexLock lock(mutex_);
  if (phase_ != Phase::kQueued) return false;
  phase_ = Phase::kRunning;
  job_.state = JobState::kRunning;
  job_.started_at = now;
  changed_.NotifyAll();
  return true;
}

JobEntry::CancelStep JobEntry::RequestCancel() {
  CancelStep step = CancelStep::kAsked;
  {
    MutexLock lock(mutex_);
    if (phase_ == Phase::kQueued) {
      phase_ = Phase::kEnding;
      step = CancelStep::kEndItNow;
    } else if (phase_ != Phase::kRunning) {
      return CancelStep::kTooLate;
    }
  }
  cancel_.Cancel(std::string(kCancelledByRequest));  // Runs callbacks: not under the lock.
  return step;
}

void JobEntry::Interrupt() {
  {
    MutexLock lock(mutex_);
    if (phase_ == Phase::kQueued) phase_ = Phase::kEnding;
    if (phase_ != Phase::kRunning) return;
  }
  cancel_.Cancel(std::string(kCancelledByShutdown));
}

void JobEntry::Report(Timestamp now, uint64_t done, std::optional<uint64_t> total, std::string_view unit) {
  MutexLock lock(mutex_);
  if (phase_ != Phase::kRunning) return;
  job_.progress = meter_.Report(now, done, total, unit);
  changed_.NotifyAll();
}

void JobEntry::Publish(Job ended) {
  LAKE_CHECK(ended.finished());
  payload_ = JsonValue();
  MutexLock lock(mutex_);
  LAKE_CHECK(phase_ != Phase::kEnded);  // A job ends once.
  phase_ = Phase::kEnded;
  job_ = std::move(ended);
  changed_.NotifyAll();
}

Result<Job> JobEntry::Wait(const Context& context, const std::function<bool(const Job&)>& wanted) {
  // Registered before the lock is taken and unregistered after it is given back: the callback takes it too.
  const CancelRegistration wake = context.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  while (!job_.finished() && !wanted(job_)) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    if (context.deadline.never())
      changed_.Wait(mutex_);
    else
      changed_.WaitUntil(mutex_, context.deadline.when());
  }
  return job_;
}

}  // namespace lake::jobs
