// ProgressMeter: from reports of work done to a rate and the time left.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lake/common/clock.h"
#include "lake/jobs/job.h"

namespace lake::jobs {

class ProgressMeter {
 public:
  /// The progress after this report. The first report of a run sets the origin, so work that resumes from a
  /// checkpoint does not count as done in no time; a new unit or a smaller `done` sets a new origin. One
  /// thread at a time.
  JobProgress Report(Timestamp now, uint64_t done, std::optional<uint64_t> total, std::string_view unit);

 private:
  struct Origin {
    Timestamp time;
    uint64_t done = 0;
  };
  std::optional<Origin> origin_;
  JobProgress last_;
};

}  // namespace lake::jobs
