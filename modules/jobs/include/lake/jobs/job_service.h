// Long work that survives a restart. `_jobs/<id>.json` is put on state changes only; progress stays in
// memory. What a job does is registered by its owner; running it again after a crash must continue from the
// owner's own checkpoint. Stored are two states: accepted and ended. A job is shown as ended only when that
// is durable, and ends once. Layout: docs/formats/job.md.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/common/random.h"
#include "lake/common/result.h"
#include "lake/common/worker_pool.h"
#include "lake/jobs/job.h"
#include "lake/storage/object_store.h"

namespace lake::jobs {

/// Most bytes of a payload or a result, as JSON: they name things, they do not hold them, and 1,000 are in
/// memory.
inline constexpr size_t kMaxJobDocumentBytes = 1u << 20;

/// Given to running work. Any thread.
class JobRun {
 public:
  virtual ~JobRun() = default;
  virtual const JobId& id() const = 0;
  virtual const JsonValue& payload() const = 0;
  virtual const std::string& actor() const = 0;
  virtual const Context& context() const = 0;  ///< Its cancel token is the job's.
  /// Nobody wants the result any more: cancels the job. `reason` is the slug in its token; the error that the
  /// work returns then says why it was cancelled, not that it failed.
  virtual void Cancel(std::string reason) = 0;
  /// Rate and time left are counted from this run's first report: report what the checkpoint had before going
  /// on. A new unit or a smaller `done` starts the count again.
  virtual void ReportProgress(uint64_t done, std::optional<uint64_t> total, std::string_view unit) = 0;
};

/// Does the work on a pool thread and returns the job's result document. It may run more than once: after a
/// crash or a shutdown it starts again. It must not wait for another job of the same pool (with one thread
/// that never runs).
using JobWork = std::function<Result<JsonValue>(JobRun& run)>;
/// Frees what the payload names. Called once when a job of the kind ended for good, also when it never ran,
/// and before it is shown as ended, on the thread that ended it (for a queued job that is cancelled: the
/// caller of Cancel). Called again after a restart when the process died in between, so doing it twice must
/// be harmless.
using JobCleanup = std::function<void(const JsonValue& payload)>;

/// Told at Open, before any job runs, what each job of the kind that has not ended names: it is still in use.
using JobInUse = std::function<void(const JsonValue& payload)>;

/// Jobs of kinds in one lane run one after another, in the order in which they were accepted; a waiting one
/// keeps no thread from the others.
struct JobLane {
  std::string name;
  size_t max_waiting = 0;  ///< Besides the one that runs; more are refused.
};

struct JobKind {
  JobWork work;
  JobCleanup cleanup;                ///< May be empty.
  JobInUse in_use = {};              ///< May be empty.
  std::optional<JobLane> lane = {};  ///< None: as many at once as there are threads.
};

struct JobOptions {
  size_t keep_finished = 1000;  ///< Finished jobs kept for people to look at; the oldest go first.
  /// Before the end of a job is put again after a failed put; doubles each time (four times).
  std::chrono::milliseconds store_retry_pause{100};
};

class JobService {
 public:
  /// Loads the jobs of earlier runs; those that had not ended run again, the oldest first. A file that cannot
  /// be read is logged and left alone; a job of a kind that is not registered fails with unknown_job_kind.
  /// The references must outlive it, and the pool must not be shut down before it. Errors: those of the
  /// store's List; those of the pool when jobs wait and it takes none.
  static Result<std::unique_ptr<JobService>> Open(const Context& context, storage::ObjectStore& store,
                                                  Clock& clock, RandomSource& random, Log& log,
                                                  WorkerPool& pool, std::map<std::string, JobKind> kinds,
                                                  JobOptions options);
  /// Cancels running jobs ("shutdown") without changing their stored state (they resume at the next start)
  /// and waits for them. No other call may be in progress, except by the running jobs.
  virtual ~JobService() = default;

  /// Files that Open could not read: nobody knows what those jobs still need.
  virtual size_t unreadable_files() const = 0;

  /// Durable on ok, then runs when a pool thread is free. Errors: resource_exhausted/{pool_full,
  /// too_many_waiting}, invalid_argument/unknown_job_kind, invalid_argument/job_payload_too_large, those of
  /// Put. Nothing runs after an error; after unavailable/outcome_unknown the job may yet run at the next
  /// start.
  virtual Result<Job> Submit(const Context& context, std::string kind, std::string actor,
                             JsonValue payload) = 0;
  /// Error: not_found/job_not_found.
  virtual Result<Job> Find(const JobId& id) const = 0;
  /// Newest first; jobs older than `before` when it is not empty.
  virtual std::vector<Job> List(const JobId& before, size_t limit) const = 0;
  /// Asks it to stop; ok also when it is finished. A queued job is cancelled on return. A running one is
  /// cancelled when its work stops, and succeeds when the work was done anyway. The answer is the job as it
  /// is now. The wish itself is not stored: after a crash before the job stopped, it runs again. Error:
  /// not_found/job_not_found.
  virtual Result<Job> Cancel(const Context& context, const JobId& id) = 0;
  /// Waits until the job differs from `seen` in state or progress, or is finished, or the context ends.
  /// Errors: not_found/job_not_found, those of Context::CheckAlive.
  virtual Result<Job> WaitForChange(const Context& context, const Job& seen) const = 0;
  /// Waits until it is finished. Errors as WaitForChange.
  virtual Result<Job> WaitUntilFinished(const Context& context, const JobId& id) const = 0;
};

}  // namespace lake::jobs
