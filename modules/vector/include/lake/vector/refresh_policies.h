// Keeps indexes up to date by their policies: on_append whenever the dataset has other rows, scheduled at the
// times of its cron expression.
#pragma once

#include <memory>

#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/log.h"
#include "lake/jobs/job_service.h"
#include "lake/vector/index_service.h"

namespace lake::vector {

/// What it works with; all of it outlives it.
struct RefreshPoliciesParts {
  catalog::Catalog& catalog;
  IndexService& indexes;
  jobs::JobService& jobs;
  Clock& clock;
  Log& log;
};

/// Stops builds that nobody wants any more. Looks after every commit and every second on a thread of its own,
/// and submits jobs of kind kRefreshJob. A refresh that failed is tried again after a minute, then after
/// twice as long each time, up to an hour. A time that passed while no server ran is made up for at the
/// start.
class RefreshPolicies {
 public:
  static std::unique_ptr<RefreshPolicies> Start(const RefreshPoliciesParts& parts);
  /// Waits for the thread.
  virtual ~RefreshPolicies() = default;
};

}  // namespace lake::vector
