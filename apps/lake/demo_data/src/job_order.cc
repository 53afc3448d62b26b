#include "job_order.h"

#include <algorithm>

#include "candidate.h"
#include "people_names.h"
#include "places.h"
#include "skill_set.h"

namespace lake::demo_data {
namespace {

// An order that nobody filled is given up after some months.
constexpr Day kPatience = 120;

std::string DrawTitle(const JobTraits& job, Draw& draw) {
  constexpr std::string_view kBefore[] = {"Senior ", "Lead ", "Junior ", "Temporary "};
  constexpr std::string_view kAfter[] = {" (contract)", " – night shift", " II", ", 2nd shift",
                                         " / temp-to-hire"};
  const Role& role = *Roles()[job.role];
  int32_t kind = draw.Below(10);
  std::string title(kind == 9 ? draw.OneOf(role.other_titles) : role.title);
  if (kind < 2) title.insert(0, draw.OneOf(kBefore));
  if (kind == 2 || kind == 3) title.append(draw.OneOf(kAfter));
  return title;
}

std::string_view NameOf(OrderState state) {
  constexpr std::string_view kNames[] = {"open", "on_hold", "filled", "closed", "cancelled"};
  return kNames[static_cast<size_t>(state)];
}

bool IsOver(OrderState state) { return state != OrderState::kOpen && state != OrderState::kOnHold; }

}  // namespace

JobOrder JobOrderOf(const Company& company, int64_t row) {
  const JobTraits& job = company.jobs[static_cast<size_t>(row)];
  Draw draw(Stream::kJobRow, row);
  JobOrder order;
  order.title = DrawTitle(job, draw);
  bool complete = draw.Chance(700) && job.filled > 0;
  order.openings = complete ? job.filled : job.filled + 1 + draw.SkewedBelow(5);
  if (row + 1 == std::ssize(company.jobs)) {  // There is always something to work on.
    order.openings = job.filled + 2;
    return order;
  }
  bool recent = job.opened > kAsOf - kPatience;
  int32_t fate = draw.Below(100);
  if (complete)
    order.state = OrderState::kFilled;
  else if (recent)
    order.state = fate < 88 ? OrderState::kOpen : OrderState::kOnHold;
  else
    order.state = job.filled > 0 || fate < 60 ? OrderState::kClosed : OrderState::kCancelled;
  Day last = std::max(job.last_start, job.opened + draw.Between(10, kPatience));
  order.closed = std::min(complete ? job.last_start : last, kAsOf);
  return order;
}

void AppendJobOrderRow(const Company& company, int64_t row, CsvRows* csv) {
  const JobTraits& job = company.jobs[static_cast<size_t>(row)];
  JobOrder order = JobOrderOf(company, row);
  std::string skills;
  AppendSkillNames(RequiredSkills(job, row), ", ", &skills);
  csv->Int(row + 1).Name(ClientName(job.client)).Text(order.title).Text(skills);
  csv->Text(Cities()[job.city].name).Text(Cities()[job.city].state);
  csv->Cents(job.rates.bill_cents).Cents(job.rates.pay_cents).Int(order.openings).Plain(NameOf(order.state));
  csv->Date(job.opened);
  if (IsOver(order.state))
    csv->Date(order.closed);
  else
    csv->Null();
  csv->Text(Recruiters()[job.recruiter]).EndRow();
}

}  // namespace lake::demo_data
