// For those who submit jobs by themselves: at most one at a time for each thing that needs one, and a longer
// pause after each one that failed.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "lake/common/clock.h"
#include "lake/jobs/job_service.h"

namespace lake::jobs {

/// One thread.
class JobAttempts {
 public:
  /// The references must outlive it.
  JobAttempts(const JobService& jobs, Clock& clock) : jobs_(jobs), clock_(clock) {}

  /// Looks how what was submitted ended; what succeeded is forgotten.
  void Settle();
  /// Whether a job of it runs or it failed last.
  bool Has(const std::string& key) const { return attempts_.contains(key); }
  /// Not while its job runs, nor for 1, 2, 4 … 60 minutes after it failed for the first, second, third …
  /// time.
  bool MayTry(const std::string& key) const;
  void Submitted(const std::string& key, JobId job);
  /// It could not even be submitted.
  void Failed(const std::string& key) { Postpone(&attempts_[key]); }
  /// Failures of what is not needed any more do not count when it is needed again.
  void Forget(const std::function<bool(const std::string& key)>& unneeded);

 private:
  struct Attempt {
    std::optional<JobId> job;       ///< That runs.
    std::chrono::minutes pause{0};  ///< After the last failure.
    Timestamp not_before;
  };

  bool Settled(Attempt* attempt) const;
  void Postpone(Attempt* attempt) const;

  const JobService& jobs_;
  Clock& clock_;
  std::map<std::string, Attempt> attempts_;
};

}  // namespace lake::jobs
