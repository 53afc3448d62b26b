// DurableJobs: the JobService. It decides what a run's end means and in which order the end becomes durable,
// cleaned up and visible; the parts below it keep the files, the queue and the waiters.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "job_files.h"
#include "job_queue.h"
#include "job_table.h"
#include "lake/jobs/job_service.h"

namespace lake::jobs {

class DurableJobs final : public JobService {
 public:
  DurableJobs(storage::ObjectStore& store, Clock& clock, RandomSource& random, Log& log, WorkerPool& pool,
              std::map<std::string, JobKind> kinds, JobOptions options);
  ~DurableJobs() override;

  /// Once, before any other call.
  Status Load(const Context& context);

  size_t unreadable_files() const override { return unreadable_; }
  Result<Job> Submit(const Context& context, std::string kind, std::string actor, JsonValue payload) override;
  Result<Job> Find(const JobId& id) const override;
  std::vector<Job> List(const JobId& before, size_t limit) const override;
  Result<Job> Cancel(const Context& context, const JobId& id) override;
  Result<Job> WaitForChange(const Context& context, const Job& seen) const override;
  Result<Job> WaitUntilFinished(const Context& context, const JobId& id) const override;

 private:
  Result<JobHandle> FindEntry(const JobId& id) const;
  const JobKind* FindKind(const std::string& name) const;  ///< Null when it is not registered.
  bool HasCleanup(const std::string& name) const;

  /// On a pool thread: runs the job to its end, or only its cleanup when that is what an earlier process left
  /// undone.
  void Process(const JobHandle& job);
  Result<JsonValue> Run(JobEntry& job);
  /// Stores the end, cleans up, shows it. By the job's owner, once.
  void End(JobEntry& job, const Result<JsonValue>& outcome);
  /// Several attempts with growing pauses.
  Status StoreEnd(const JobRecord& record);
  void LogEnd(const Job& ended, const Result<JsonValue>& outcome, const Status& stored);
  void CleanUpAfterRestart(JobEntry& job);
  void StoreCleanedUp(JobRecord record);
  void Prune();

  Clock& clock_;
  RandomSource& random_;
  Log& log_;
  const std::map<std::string, JobKind> kinds_;
  const JobOptions options_;
  JobFiles files_;
  size_t unreadable_ = 0;  // Of Load.
  JobTable table_;
  JobQueue queue_;
};

}  // namespace lake::jobs
