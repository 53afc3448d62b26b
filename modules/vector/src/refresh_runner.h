// What RefreshPolicies does at each of its looks.
#pragma once

#include <optional>
#include <vector>

#include "lake/jobs/job_attempts.h"
#include "lake/vector/refresh_policies.h"

namespace lake::vector {

/// One thread.
class RefreshRunner {
 public:
  explicit RefreshRunner(const RefreshPoliciesParts& parts)
      : parts_(parts), attempts_(parts.jobs, parts.clock) {}

  /// Submits what is due now and returns the version that it saw. What does not start is logged.
  catalog::Version Look(const Context& context);

 private:
  void ForgetThoseUpToDate();
  bool IsDue(const IndexRecord& record) const;
  void Submit(const Context& context, const IndexRecord& record);

  const RefreshPoliciesParts parts_;
  std::optional<catalog::Version> seen_;
  std::vector<IndexRecord> behind_;  ///< That have a policy; as of `seen_`.
  std::optional<Timestamp> looked_;  ///< When schedules were looked at last.
  jobs::JobAttempts attempts_;       ///< By folded name.
};

}  // namespace lake::vector
