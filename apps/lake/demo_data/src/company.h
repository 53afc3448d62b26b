// The staffing company itself, as numbers: who exists, who hired whom, when and at what price. Everything a
// row shows is derived from this and from the row's own draws, so the tables agree with each other whatever
// is asked for first.
#pragma once

#include <cstdint>
#include <vector>

#include "calendar.h"
#include "chances.h"
#include "lake/common/result.h"
#include "lake/demo_data/scale.h"

namespace lake::demo_data {

// Rows are numbered from 0; positions in the vocabulary (roles, cities …) fit one byte.

enum class Standing : uint8_t { kActive, kPlaced, kBlocked, kInactive };

struct CandidateTraits {
  uint8_t role = 0;
  uint8_t specialty = 0;
  uint8_t city = 0;
  uint8_t years = 0;  ///< Of experience.
  Standing standing = Standing::kActive;
};

struct ClientTraits {
  uint8_t industry = 0;
  uint8_t city = 0;
  int32_t markup_percent = 0;  ///< Bill rate over pay rate.
  int32_t jobs = 0;
  Day cold_from = 0;  ///< Nobody calls this client after that day.
};

struct Rates {
  int32_t bill_cents = 0;  ///< An hour, both.
  int32_t pay_cents = 0;
};

struct JobTraits {
  int32_t client = 0;
  uint8_t role = 0;
  uint8_t city = 0;
  uint8_t recruiter = 0;
  Day opened = 0;
  Day last_start = 0;  ///< Of its placements; `opened` when it has none.
  int32_t filled = 0;  ///< Number of its placements.
  Rates rates;
};

enum class Assignment : uint8_t { kCompleted, kTerminated, kRunning };

struct PlacementTraits {
  int32_t job = 0;
  int32_t candidate = 0;
  uint8_t recruiter = 0;
  Assignment assignment = Assignment::kCompleted;
  Day first_monday = 0;  ///< Of the first week worked.
  int32_t weeks = 0;     ///< Worked so far: one timesheet each.
  Rates rates;
};

struct Company {
  RowCounts rows;
  Chances chances;
  DaySpread call_days;
  DaySpread email_days;
  std::vector<ClientTraits> clients;
  std::vector<CandidateTraits> candidates;
  std::vector<JobTraits> jobs;              ///< In order of `opened`.
  std::vector<PlacementTraits> placements;  ///< In order of `first_monday`.
  std::vector<int64_t> first_timesheet;     ///< Row of each placement's first timesheet; one more at the end.
  int32_t top_client = 0;                   ///< The highest revenue.
  int32_t cold_client = 0;                  ///< The second highest; see kColdClientName.
};

/// Errors: as CountRows.
Result<Company> FoundCompany(Scale scale);

}  // namespace lake::demo_data
