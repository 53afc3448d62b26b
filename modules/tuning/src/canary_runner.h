// What CanaryWatch does at each of its looks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lake/jobs/job_attempts.h"
#include "lake/tuning/canary.h"

namespace lake::tuning {

/// One thread.
class CanaryRunner {
 public:
  explicit CanaryRunner(const CanaryWatchParts& parts) : parts_(parts), attempts_(parts.jobs, parts.clock) {}

  /// Submits what is needed now and returns the version that it saw. What does not start is logged.
  catalog::Version Look(const Context& context);

 private:
  void Submit(const Context& context, const std::string& index_name);

  const CanaryWatchParts parts_;
  std::optional<catalog::Version> seen_;
  std::vector<std::string> needing_;  ///< Names of indexes, as of `seen_`.
  jobs::JobAttempts attempts_;        ///< By name.
};

}  // namespace lake::tuning
