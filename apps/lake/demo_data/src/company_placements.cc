#include <algorithm>
#include <span>

#include "company_steps.h"
#include "lake/common/check.h"

namespace lake::demo_data {
namespace {

constexpr int32_t kWeeks = (kAsOf - kFirstDay + 1) / kDaysPerWeek;  // Whole ones, Monday to Sunday.
constexpr int32_t kMostWeeks = 104;

// The most weeks that someone who started on that Monday can have finished.
int32_t WeeksSince(Day monday) { return std::min(kMostWeeks, (kAsOf - monday + 1) / kDaysPerWeek); }

int32_t DrawWeeks(int64_t row) {
  Draw draw(Stream::kPlacementWeeks, row);
  int32_t kind = draw.Below(100);
  if (kind < 40) return draw.Between(4, 13);
  if (kind < 75) return draw.Between(13, 26);
  return draw.Between(26, 52);
}

// Stretches the drawn lengths until they add up to `total`.
void FitWeeks(std::span<PlacementTraits> placements, int64_t total) {
  int64_t drawn = 0;
  for (const PlacementTraits& placement : placements) drawn += placement.weeks;
  int64_t missing = total;
  for (PlacementTraits& placement : placements) {
    int64_t scaled = std::max<int64_t>(1, placement.weeks * total / drawn);
    placement.weeks = static_cast<int32_t>(std::min<int64_t>(WeeksSince(placement.first_monday), scaled));
    missing -= placement.weeks;
  }
  while (missing != 0) {
    int64_t before = missing;
    for (PlacementTraits& placement : placements) {
      if (missing > 0 && placement.weeks < WeeksSince(placement.first_monday)) {
        ++placement.weeks;
        --missing;
      } else if (missing < 0 && placement.weeks > 1) {
        --placement.weeks;
        ++missing;
      }
    }
    LAKE_CHECK(missing != before);
  }
}

// Candidates grouped by role.
class RoleIndex {
 public:
  explicit RoleIndex(const std::vector<CandidateTraits>& candidates) : members_(Roles().size()) {
    for (size_t row = 0; row < candidates.size(); ++row)
      members_[candidates[row].role].push_back(static_cast<int32_t>(row));
  }
  std::span<const int32_t> Of(uint8_t role) const { return members_[role]; }

 private:
  std::vector<std::vector<int32_t>> members_;
};

// Finds people for jobs, remembering who is busy until when.
class Dispatcher {
 public:
  explicit Dispatcher(const Company& company)
      : company_(company), by_role_(company.candidates), busy_until_(company.candidates.size(), 0) {}

  int32_t Choose(const JobTraits& job, const PlacementTraits& placement, Draw& draw) {
    int32_t chosen = FromSameCity(job, placement.first_monday, draw);
    if (chosen < 0) chosen = FirstFree(by_role_.Of(job.role), placement.first_monday, draw);
    if (chosen < 0) chosen = Anyone(placement.first_monday, draw);
    busy_until_[static_cast<size_t>(chosen)] = placement.first_monday + placement.weeks * kDaysPerWeek;
    return chosen;
  }

 private:
  static constexpr int kTries = 6;  // Enough that a third of all placements are local.

  bool Free(int32_t candidate, Day monday) const {
    size_t row = static_cast<size_t>(candidate);
    return busy_until_[row] <= monday && company_.candidates[row].standing != Standing::kBlocked;
  }

  int32_t FromSameCity(const JobTraits& job, Day monday, Draw& draw) const {
    std::span<const int32_t> members = by_role_.Of(job.role);
    for (int attempt = 0; attempt < kTries && !members.empty(); ++attempt) {
      int32_t candidate =
          members[static_cast<size_t>(draw.SkewedBelow(static_cast<int64_t>(members.size())))];
      if (Free(candidate, monday) && company_.candidates[static_cast<size_t>(candidate)].city == job.city)
        return candidate;
    }
    return -1;
  }

  int32_t FirstFree(std::span<const int32_t> members, Day monday, Draw& draw) const {
    if (members.empty()) return -1;
    size_t start = static_cast<size_t>(draw.Below(static_cast<int64_t>(members.size())));
    for (size_t step = 0; step < members.size(); ++step) {
      int32_t candidate = members[(start + step) % members.size()];
      if (Free(candidate, monday)) return candidate;
    }
    return -1;
  }

  // At small scales a role may have nobody: then somebody learns a new trade.
  int32_t Anyone(Day monday, Draw& draw) const {
    int64_t count = static_cast<int64_t>(busy_until_.size());
    int64_t start = draw.Below(count);
    for (int64_t step = 0; step < count; ++step) {
      auto candidate = static_cast<int32_t>((start + step) % count);
      if (Free(candidate, monday)) return candidate;
    }
    LAKE_CHECK(false);  // There are more candidates than placements at any one time.
    return 0;
  }

  const Company& company_;
  RoleIndex by_role_;
  std::vector<Day> busy_until_;
};

// One of the jobs opened in the months before, the older the likelier: they have waited longest.
int32_t ChooseJob(const std::vector<JobTraits>& jobs, Day monday, Draw& draw) {
  constexpr Day kOldest = 120;
  constexpr Day kNewest = 3;
  auto opened_before = [&](Day day) {
    auto found = std::partition_point(jobs.begin(), jobs.end(),
                                      [&](const JobTraits& job) { return job.opened < day; });
    return static_cast<int32_t>(found - jobs.begin());
  };
  int32_t first = opened_before(monday - kOldest);
  int32_t end = std::max(1, opened_before(monday - kNewest));
  if (first >= end) return end - 1;
  return first + draw.SkewedBelow(end - first);
}

Rates Negotiate(const Rates& asked, Draw& draw) {
  constexpr int32_t kStep = 5;  // Rates are agreed to the nickel.
  int32_t percent = draw.Between(95, 105);
  auto agree = [&](int32_t cents) { return (cents * percent / 100 + kStep / 2) / kStep * kStep; };
  return {.bill_cents = agree(asked.bill_cents), .pay_cents = agree(asked.pay_cents)};
}

Assignment OutcomeOf(const PlacementTraits& placement, Draw& draw) {
  if (placement.weeks == (kAsOf - placement.first_monday + 1) / kDaysPerWeek) return Assignment::kRunning;
  return draw.Chance(80) ? Assignment::kTerminated : Assignment::kCompleted;
}

}  // namespace

void PlaceCandidates(Company* company) {
  int64_t count = company->rows.Of(Table::kPlacements);
  company->placements.resize(static_cast<size_t>(count));
  DaySpread starts(0, WeekWeights(kFirstDay, kWeeks), count);  // In weeks.
  for (int64_t row = 0; row < count; ++row) {
    PlacementTraits& placement = company->placements[static_cast<size_t>(row)];
    placement.first_monday = kFirstDay + starts.DayOfRow(row) * kDaysPerWeek;
    placement.weeks = DrawWeeks(row);
  }
  FitWeeks(company->placements, company->rows.Of(Table::kTimesheets));

  Dispatcher dispatcher(*company);
  int64_t timesheet = 0;
  for (int64_t row = 0; row < count; ++row) {
    Draw draw(Stream::kPlacement, row);
    PlacementTraits& placement = company->placements[static_cast<size_t>(row)];
    placement.job = ChooseJob(company->jobs, placement.first_monday, draw);
    JobTraits& job = company->jobs[static_cast<size_t>(placement.job)];
    ++job.filled;
    job.last_start = std::max(job.last_start, placement.first_monday);
    placement.recruiter =
        draw.Chance(800) ? job.recruiter : static_cast<uint8_t>(company->chances.Recruiter(draw));
    placement.rates = Negotiate(job.rates, draw);
    placement.assignment = OutcomeOf(placement, draw);
    placement.candidate = dispatcher.Choose(job, placement, draw);
    if (placement.assignment == Assignment::kRunning)
      company->candidates[static_cast<size_t>(placement.candidate)].standing = Standing::kPlaced;
    company->first_timesheet.push_back(timesheet);
    timesheet += placement.weeks;
  }
  company->first_timesheet.push_back(timesheet);
}

}  // namespace lake::demo_data
