// What RefreshPolicies does at each of its looks.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lake/vector/refresh_policies.h"

namespace lake::vector {

/// One thread.
class RefreshRunner {
 public:
  explicit RefreshRunner(const RefreshPoliciesParts& parts) : parts_(parts) {}

  /// Submits what is due now and returns the version that it saw. What does not start is logged.
  catalog::Version Look(const Context& context);

 private:
  /// What goes on with one index.
  struct Attempt {
    std::optional<jobs::JobId> job;  ///< That runs.
    std::chrono::minutes pause{0};   ///< After the last failure.
    Timestamp not_before;
  };

  void Settle();
  bool Settled(Attempt* attempt) const;
  void ForgetThoseUpToDate();
  bool IsDue(const IndexRecord& record) const;
  bool MayTry(const IndexRecord& record) const;
  void Submit(const Context& context, const IndexRecord& record);
  void Postpone(Attempt* attempt) const;

  const RefreshPoliciesParts parts_;
  std::optional<catalog::Version> seen_;
  std::vector<IndexRecord> behind_;          ///< That have a policy; as of `seen_`.
  std::optional<Timestamp> looked_;          ///< When schedules were looked at last.
  std::map<std::string, Attempt> attempts_;  ///< By folded name.
};

}  // namespace lake::vector
