#include "timesheet.h"

namespace lake::demo_data {
namespace {

constexpr int32_t kFullWeek = 4000;
constexpr int32_t kQuarterHour = 25;

int32_t DrawHours(Draw& draw) {
  int32_t kind = draw.Below(100);
  if (kind < 68) return kFullWeek;
  if (kind < 80) return 3750;
  return kQuarterHour * draw.Between(64, 159);
}

// Hours and overtime at time and a half, in hundredths of an hour, times cents an hour; half a cent rounds
// up.
int64_t Amount(const Timesheet& sheet, int32_t rate_cents) {
  int64_t half_hours = 2 * int64_t{sheet.hours} + 3 * int64_t{sheet.overtime};
  return (half_hours * rate_cents + 100) / 200;
}

Approval DrawApproval(Day week_ending, Draw& draw) {
  constexpr Day kStillOpen = 2 * kDaysPerWeek;
  if (week_ending > kAsOf - kStillOpen && draw.Chance(600)) return Approval::kPending;
  return draw.Chance(12) ? Approval::kRejected : Approval::kApproved;
}

}  // namespace

Timesheet TimesheetOf(const Company& company, int32_t placement, int32_t week) {
  const PlacementTraits& traits = company.placements[static_cast<size_t>(placement)];
  Draw draw(Stream::kTimesheet, company.first_timesheet[static_cast<size_t>(placement)] + week);
  Timesheet sheet;
  sheet.week_ending = traits.first_monday + (week + 1) * kDaysPerWeek - 1;
  sheet.hours = DrawHours(draw);
  if (sheet.hours == kFullWeek && draw.Chance(200)) sheet.overtime = kQuarterHour * draw.Between(4, 48);
  sheet.bill_cents = Amount(sheet, traits.rates.bill_cents);
  sheet.pay_cents = Amount(sheet, traits.rates.pay_cents);
  sheet.approval = DrawApproval(sheet.week_ending, draw);
  return sheet;
}

}  // namespace lake::demo_data
