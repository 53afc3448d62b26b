#include "job_queue.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "lake/common/mutex.h"

namespace lake::jobs {

// Invariant: every ready or announced job is covered by a ticket that is pooled, waiting, or running a job;
// the latter calls Take again before it ends, and Take ends a ticket only when the others cover everything. A
// job that is held because its lane is busy is covered by the ticket of the one that runs there.
struct JobQueue::State : std::enable_shared_from_this<State> {
  State(std::function<void(const JobHandle&)> the_run, JobQueue::LaneOf the_lane_of)
      : run(std::move(the_run)), lane_of(std::move(the_lane_of)) {}

  /// Jobs of one lane.
  struct Lane {
    size_t unfinished = 0;  ///< Announced ones, too.
    bool busy = false;
    std::deque<JobHandle> held;  ///< Taken while it was busy.
  };

  const std::function<void(const JobHandle&)> run;
  const JobQueue::LaneOf lane_of;
  Mutex mutex;
  CondVar changed;
  std::deque<JobHandle> ready LAKE_GUARDED_BY(mutex);
  std::map<std::string, Lane> lanes LAKE_GUARDED_BY(mutex);
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
  /// The job that runs in a lane is done: the next one may be taken.
  void Leave(const JobEntry& job);
  Lane* FindLane(const JobEntry& job) LAKE_REQUIRES(mutex) {
    const JobLane* lane = lane_of(job);
    return lane == nullptr ? nullptr : &lanes[lane->name];
  }
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
  while (JobHandle job = Take()) {
    run(job);
    Leave(*job);
  }
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
      Lane* lane = FindLane(*job);
      if (lane == nullptr) return job;
      if (!std::exchange(lane->busy, true)) return job;
      lane->held.push_back(std::move(job));
      continue;
    }
    ++waiting;
    changed.Wait(mutex);
    --waiting;
  }
  return nullptr;
}

void JobQueue::State::Leave(const JobEntry& job) {
  MutexLock lock(mutex);
  Lane* lane = FindLane(job);
  if (lane == nullptr) return;
  --lane->unfinished;
  lane->busy = false;
  if (lane->held.empty()) return;
  ready.push_front(std::move(lane->held.front()));
  lane->held.pop_front();
  changed.NotifyAll();
}

JobQueue::JobQueue(WorkerPool& pool, std::function<void(const JobHandle&)> run, LaneOf lane_of)
    : pool_(pool), state_(std::make_shared<State>(std::move(run), std::move(lane_of))) {}

Status JobQueue::Reserve(const JobLane* lane) {
  MutexLock lock(state_->mutex);
  State::Lane* entered = lane == nullptr ? nullptr : &state_->lanes[lane->name];
  if (entered != nullptr && entered->unfinished > lane->max_waiting)
    return ResourceExhausted("too_many_waiting", "{} jobs of this kind wait already; try again later",
                             lane->max_waiting);
  ++state_->announced;
  // It may be, by the ticket of a job that was cancelled before it started.
  if (!state_->covered()) {
    if (Status bought = state_->BuyTicket(pool_); !bought.ok()) {
      --state_->announced;
      return bought;
    }
  }
  if (entered != nullptr) ++entered->unfinished;
  return {};
}

void JobQueue::Push(JobHandle job) {
  MutexLock lock(state_->mutex);
  --state_->announced;
  state_->ready.push_back(std::move(job));
  state_->changed.NotifyAll();
}

void JobQueue::Abandon(const JobLane* lane) {
  MutexLock lock(state_->mutex);
  --state_->announced;
  if (lane != nullptr) --state_->lanes[lane->name].unfinished;
  state_->changed.NotifyAll();
}

Status JobQueue::PushAll(std::vector<JobHandle> jobs) {
  MutexLock lock(state_->mutex);
  state_->ready.insert(state_->ready.end(), jobs.begin(), jobs.end());
  for (const JobHandle& job : jobs)
    if (State::Lane* lane = state_->FindLane(*job)) ++lane->unfinished;
  for (size_t tickets = 0; tickets < jobs.size(); ++tickets) {
    Status bought = state_->BuyTicket(pool_);
    if (!bought.ok()) return tickets == 0 ? std::move(bought) : Status{};
  }
  return {};
}

void JobQueue::Remove(const JobEntry& job) {
  MutexLock lock(state_->mutex);
  const auto is_it = [&](const JobHandle& waiting) { return waiting.get() == &job; };
  State::Lane* lane = state_->FindLane(job);
  size_t erased = std::erase_if(state_->ready, is_it);
  if (lane == nullptr) return;
  erased += std::erase_if(lane->held, is_it);
  lane->unfinished -= erased;
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
