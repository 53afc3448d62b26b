// What is true about the generated data, counted by the generator itself while it makes the rows and never by
// asking a database: the right answers for tests, tools and the demo. Money is in cents, hours are in
// hundredths.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lake/common/result.h"
#include "lake/demo_data/scale.h"

namespace lake::demo_data {

struct ClientFact {
  std::string client_id;
  std::string name;
  int64_t hours_hundredths = 0;  ///< Regular hours on its timesheets.
  int64_t revenue_cents = 0;     ///< Sum of timesheets.bill_amount.
  int64_t timesheets = 0;
  std::string last_call;  ///< Date of the latest call_log row with this client_id; "" when there is none.
};

/// One row of candidates × placements × job_orders × clients.
struct PlacementFact {
  int64_t placement_id = 0;
  std::string candidate_id;
  std::string candidate_name;  ///< First and last, a space between.
  std::string title;           ///< Of the job order.
  std::string start_date;
  int64_t bill_rate_cents = 0;
};

struct RecruiterFact {
  std::string recruiter;
  int64_t placements = 0;
  int64_t clients = 0;       ///< Distinct.
  int64_t margin_cents = 0;  ///< Sum of bill_rate − pay_rate.
};

struct MonthFact {
  std::string month;  ///< Its first day; weeks belong to the month in which they end.
  int64_t hours_hundredths = 0;
  int64_t revenue_cents = 0;
};

struct SourceFact {
  std::string source;  ///< "unknown" for null.
  int64_t sent = 0;
  int64_t opened = 0;
  int64_t replied = 0;
};

struct SkillPairFact {
  std::string candidate_id;
  std::string first_name;
  std::string last_name;
  std::string skill_a;
  std::string skill_b;
};

struct PhraseFact {
  std::string candidate_id;
  std::string phrase;  ///< Stands in this résumé and in no other.
};

struct Totals {
  int64_t hours_hundredths = 0;
  int64_t overtime_hundredths = 0;
  int64_t bill_cents = 0;
  int64_t pay_cents = 0;
  int64_t approved_timesheets = 0;
  int64_t rejected_timesheets = 0;
  int64_t pending_timesheets = 0;  ///< approved is null.
  int64_t call_secs = 0;
  int64_t calls_with_clients = 0;
  int64_t emails_opened = 0;
  int64_t emails_replied = 0;
  int64_t active_candidates = 0;
  int64_t placed_candidates = 0;  ///< As many as have a placement without end_date.
  int64_t blocked_candidates = 0;
  int64_t inactive_candidates = 0;
  int64_t candidates_without_email = 0;
  int64_t desired_salary_cents = 0;  ///< Sum over those who named one.
  int64_t open_job_orders = 0;
  int64_t active_placements = 0;
  bool operator==(const Totals&) const = default;
};

struct Facts {
  RowCounts rows;
  std::string as_of;  ///< "Today" in the data; only candidates.available_from looks beyond.
  Totals totals;

  std::vector<ClientFact>
      top_clients;  ///< By revenue, then client_id; at most 5. The first has kTopClientName.
  int64_t top_client_placements = 0;  ///< All rows of the four-table join for the top client.
  std::vector<PlacementFact> best_placements_at_top_client;  ///< By bill rate, then placement_id; at most 5.

  std::string quarter_start;              ///< 2025-04-01
  std::string quarter_end;                ///< Not included.
  std::vector<RecruiterFact> recruiters;  ///< By placements started in the quarter, then name.

  std::string cold_before;               ///< 90 days before `as_of`.
  int64_t cold_client_count = 0;         ///< With revenue, but not called since.
  std::vector<ClientFact> cold_clients;  ///< The best of them by revenue, then client_id; at most 5.
  ClientFact planted_cold_client;        ///< One of them at every scale: the second best client of all.

  std::vector<MonthFact> last_months;  ///< The last six, in order.
  std::vector<SourceFact> sources;     ///< By replies, then name; at most 5.
  SkillPairFact skill_pair;            ///< The only candidate with both skills.
  PhraseFact phrase;
};

/// Errors: invalid_argument/bad_scale.
Result<Facts> ComputeFacts(Scale scale);

}  // namespace lake::demo_data
