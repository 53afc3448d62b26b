// JobQueue: jobs that are ready to run, and the tickets for them in the pool. A ticket is a task of the pool
// that takes one job; because it is bought before the job's record is written, a full pool refuses before
// anything is stored. After a restart there may be more jobs than the pool takes tickets: a ticket whose job
// is done goes on with the next one until every waiting job has a ticket of its own. Any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "job_entry.h"
#include "lake/common/result.h"
#include "lake/common/worker_pool.h"
#include "lake/jobs/job_service.h"

namespace lake::jobs {

class JobQueue {
 public:
  /// The lane that a job runs in; null for none.
  using LaneOf = std::function<const JobLane*(const JobEntry&)>;

  /// `run` and `lane_of` are called on pool threads, until AwaitTickets returned; `lane_of` under a lock.
  JobQueue(WorkerPool& pool, std::function<void(const JobHandle&)> run, LaneOf lane_of);

  /// Announces one job for the lane, which may be null. After ok exactly one of Push and Abandon must follow
  /// soon: a pool thread may wait for it. Errors: those of WorkerPool::Submit;
  /// resource_exhausted/too_many_waiting.
  Status Reserve(const JobLane* lane);
  void Push(JobHandle job);
  void Abandon(const JobLane* lane);
  /// Adds jobs in this order, as many tickets as the pool takes; an error of the pool when it takes none.
  Status PushAll(std::vector<JobHandle> jobs);
  /// Takes the job out when it is in the queue; its ticket serves the next job.
  void Remove(const JobEntry& job);

  /// Waits; returns at once when the queue is closed.
  void Pause(std::chrono::milliseconds time);
  /// No job is taken from now on. Tickets left in the pool do nothing, also when the queue is gone.
  void Close();
  /// After Close: waits for the jobs that were taken.
  void AwaitTickets();

 private:
  struct State;

  WorkerPool& pool_;
  const std::shared_ptr<State> state_;  ///< Shared with the tickets.
};

}  // namespace lake::jobs
