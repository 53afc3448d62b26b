#include "job_queue.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "lake/common/mutex.h"

namespace lake::jobs {

// Invariant: every ready or announced job is covered by a ticket that is pooled, waiting, or running a job;
// the latter calls Take again before it ends, and Take ends a ticket only when the others cover everything.
struct JobQueue::State : std::enable_shared_from_this<State> {
  explicit State(std::function<void(const JobHandle&)> the_run) : run(std::move(the_run)) {}

  const std::function<void(const JobHandle&)> run;
  Mutex mutex;
  CondVar changed;
  std::deque<JobHandle> ready LAKE_GUARDED_BY(mutex);
  size_t announced LAKE_GUARDED_BY(mutex) = 0;  ///< Reserved, not yet pushed.
  size_t pooled LAKE_GUARDED_BY(mutex) = 0;     ///< Tickets that the pool has not started yet.
  size_t waiting LAKE_GUARDED_BY(mutex) = 0;    ///< Tickets in Take, each for one announced job.
  size_t entered LAKE_GUARDED_BY(mutex) = 0;    ///< Tickets started and not done, the waiting ones too.
  bool closed LAKE_GUARDED_BY(mutex) = false;

  /// Under the lock, so that no ticket ends because of one that the pool then refuses. The pool's own lock is
  /// a leaf.
  Status BuyTicket(WorkerPool& pool) LAKE_REQUIRES(mutex);
  void RunTicket();
  JobHandle Take();
  bool covered() const LAKE_REQUIRES(mutex) { return ready.size() + announced <= pooled + waiting; }
};

Status JobQueue::State::BuyTicket(WorkerPool& pool) {
  LAKE_RETURN_IF_ERROR(pool.Submit([state = shared_from_this()] { state->RunTicket(); }));
  ++pooled;
  return {};
}

void JobQueue::State::RunTicket() {
  {
    MutexLock lock(mutex);
    --pooled;
    ++entered;
  }
  while (JobHandle job = Take()) run(job);
  MutexLock lock(mutex);
  --entered;
  changed.NotifyAll();
}

JobHandle JobQueue::State::Take() {
  MutexLock lock(mutex);
  while (!closed && !covered()) {
    if (!ready.empty()) {
      JobHandle job = std::move(ready.front());
      ready.pop_front();
      return job;
    }
    ++waiting;
    changed.Wait(mutex);
    --waiting;
  }
  return nullptr;
}

JobQueue::JobQueue(WorkerPool& pool, std::function<void(const JobHandle&)> run)
    : pool_(pool), state_(std::make_shared<State>(std::move(run))) {}

Status JobQueue::Reserve() {
  MutexLock lock(state_->mutex);
  ++state_->announced;
  if (state_->covered()) return {};  // By the ticket of a job that was cancelled before it started.
  Status bought = state_->BuyTicket(pool_);
  if (!bought.ok()) --state_->announced;
  return bought;
}

void JobQueue::Push(JobHandle job) {
  MutexLock lock(state_->mutex);
  --state_->announced;
  state_->ready.push_back(std::move(job));
  state_->changed.NotifyAll();
}

void JobQueue::Abandon() {
  MutexLock lock(state_->mutex);
  --state_->announced;
  state_->changed.NotifyAll();
}

Status JobQueue::PushAll(std::vector<JobHandle> jobs) {
  MutexLock lock(state_->mutex);
  state_->ready.insert(state_->ready.end(), jobs.begin(), jobs.end());
  for (size_t tickets = 0; tickets < jobs.size(); ++tickets) {
    Status bought = state_->BuyTicket(pool_);
    if (!bought.ok()) return tickets == 0 ? std::move(bought) : Status{};
  }
  return {};
}

void JobQueue::Remove(const JobEntry& job) {
  MutexLock lock(state_->mutex);
  std::erase_if(state_->ready, [&](const JobHandle& waiting) { return waiting.get() == &job; });
}

void JobQueue::Pause(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  MutexLock lock(state_->mutex);
  while (!state_->closed && state_->changed.WaitUntil(state_->mutex, until)) {
  }
}

void JobQueue::Close() {
  MutexLock lock(state_->mutex);
  state_->closed = true;
  state_->changed.NotifyAll();
}

void JobQueue::AwaitTickets() {
  MutexLock lock(state_->mutex);
  while (state_->entered > 0) state_->changed.Wait(state_->mutex);
}

}  // namespace lake::jobs
