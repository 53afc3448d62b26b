// JobEntry: one job in memory, with those who wait for it. Any thread. It goes queued → running → ended, or
// from queued straight to ended; whoever made the last step but one (TryStart, or RequestCancel that answers
// kEndItNow) owns the job from there on: only that thread reads the payload, stores the end and calls
// Publish.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "job_record.h"
#include "lake/common/cancel.h"
#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"
#include "lake/jobs/job.h"
#include "progress_meter.h"

namespace lake::jobs {

// Reasons in a job's cancel token.
inline constexpr std::string_view kCancelledByRequest = "by_request";
inline constexpr std::string_view kCancelledByShutdown = "shutdown";

class JobEntry {
 public:
  enum class CancelStep {
    kEndItNow,  ///< It was queued and cannot start any more: the caller ends it.
    kAsked,     ///< It runs; its token says so now.
    kTooLate,   ///< It is ending or has ended.
  };

  explicit JobEntry(const JobRecord& record);

  const JobId& id() const { return id_; }
  const std::string& kind() const { return kind_; }
  const std::string& actor() const { return actor_; }
  /// It ended in an earlier process that died before it called the cleanup: that is all there is left to do.
  bool owes_cleanup() const { return owes_cleanup_; }
  CancelToken cancel_token() const { return cancel_.token(); }
  Job Snapshot() const;

  // Only for the job's owner.
  /// From within, when it runs.
  void Cancel(std::string reason) { cancel_.Cancel(std::move(reason)); }
  const JsonValue& payload() const { return payload_; }
  /// The record of this job when it is as `job` says, with its payload.
  JobRecord MakeRecord(const Job& job) const;

  /// False when it does not wait any more.
  bool TryStart(Timestamp now);
  CancelStep RequestCancel();
  /// For a shutdown: stops it when it runs, keeps it from starting when it waits. Its stored state stays.
  void Interrupt();
  void Report(Timestamp now, uint64_t done, std::optional<uint64_t> total, std::string_view unit);
  /// Shows the job as ended and frees its payload.
  void Publish(Job ended);

  /// Waits until `wanted` holds for the job or it is finished. Errors: those of Context::CheckAlive.
  Result<Job> Wait(const Context& context, const std::function<bool(const Job&)>& wanted);

 private:
  enum class Phase { kQueued, kRunning, kEnding, kEnded };

  const JobId id_;
  const std::string kind_;
  const std::string actor_;
  const bool owes_cleanup_;
  JsonValue payload_;                ///< The owner's.
  const JsonValue::Object unknown_;  ///< Members of the stored record that we do not know.
  CancelSource cancel_;

  mutable Mutex mutex_;
  CondVar changed_;
  Phase phase_ LAKE_GUARDED_BY(mutex_);
  Job job_ LAKE_GUARDED_BY(mutex_);
  ProgressMeter meter_ LAKE_GUARDED_BY(mutex_);
};

using JobHandle = std::shared_ptr<JobEntry>;

}  // namespace lake::jobs
