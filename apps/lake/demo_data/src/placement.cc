#include "placement.h"

#include <algorithm>

#include "people_names.h"
#include "timesheet.h"

namespace lake::demo_data {
namespace {

std::string_view NameOf(Assignment assignment) {
  constexpr std::string_view kNames[] = {"completed", "terminated", "active"};
  return kNames[static_cast<size_t>(assignment)];
}

}  // namespace

Day StartDate(const Company& company, int64_t row) {
  constexpr Day kLate[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2};
  Draw draw(Stream::kPlacement, ~row);
  return company.placements[static_cast<size_t>(row)].first_monday + draw.OneOf(kLate);
}

void AppendPlacementRow(const Company& company, int64_t row, CsvRows* csv) {
  constexpr Day kWeekend = 3;  // The last week ends on its Friday.
  const PlacementTraits& placement = company.placements[static_cast<size_t>(row)];
  const JobTraits& job = company.jobs[static_cast<size_t>(placement.job)];
  csv->Int(row + 1).Int(int64_t{placement.job} + 1).Name(CandidateName(placement.candidate));
  csv->Name(ClientName(job.client)).Text(Recruiters()[placement.recruiter]).Date(StartDate(company, row));
  if (placement.assignment == Assignment::kRunning)
    csv->Null();
  else
    csv->Date(placement.first_monday + placement.weeks * kDaysPerWeek - kWeekend);
  csv->Cents(placement.rates.bill_cents).Cents(placement.rates.pay_cents).Plain(NameOf(placement.assignment));
  csv->EndRow();
}

void AppendTimesheetRow(const Company& company, int64_t row, CsvRows* csv) {
  auto after = std::upper_bound(company.first_timesheet.begin(), company.first_timesheet.end(), row);
  auto index = static_cast<size_t>(after - company.first_timesheet.begin()) - 1;
  const PlacementTraits& placement = company.placements[index];
  auto week = static_cast<int32_t>(row - company.first_timesheet[index]);
  Timesheet sheet = TimesheetOf(company, static_cast<int32_t>(index), week);
  csv->Int(row + 1).Int(static_cast<int64_t>(index) + 1);
  csv->Name(ClientName(company.jobs[static_cast<size_t>(placement.job)].client));
  csv->Name(CandidateName(placement.candidate))
      .Date(sheet.week_ending)
      .Cents(sheet.hours)
      .Cents(sheet.overtime);
  csv->Cents(sheet.bill_cents).Cents(sheet.pay_cents);
  if (sheet.approval == Approval::kPending)
    csv->Null();
  else
    csv->Flag(sheet.approval == Approval::kApproved);
  csv->EndRow();
}

}  // namespace lake::demo_data
