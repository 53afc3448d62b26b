// One week of one placement: what was worked and what it costs.
#pragma once

#include "company.h"

namespace lake::demo_data {

enum class Approval : uint8_t { kApproved, kRejected, kPending };

struct Timesheet {
  Day week_ending = 0;  ///< A Sunday.
  int32_t hours = 0;    ///< Hundredths, as are…
  int32_t overtime = 0;
  int64_t bill_cents = 0;
  int64_t pay_cents = 0;
  Approval approval = Approval::kApproved;
};

/// `week` counts from 0 and is below the placement's `weeks`.
Timesheet TimesheetOf(const Company& company, int32_t placement, int32_t week);

}  // namespace lake::demo_data
