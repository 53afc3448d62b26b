#include "company.h"

#include <algorithm>
#include <utility>

#include "company_steps.h"
#include "lake/common/check.h"
#include "places.h"
#include "planted.h"
#include "timesheet.h"

namespace lake::demo_data {
namespace {

constexpr Day kFirstJobDay = kFirstDay - 60;  // Work starts after it was ordered.
constexpr Day kNever = kAsOf + 1;
constexpr Day kPlantedColdDays = 240;

uint8_t Byte(size_t position) { return static_cast<uint8_t>(position); }

ClientTraits DrawClient(const Chances& chances, int64_t row) {
  Draw draw(Stream::kClientTraits, row);
  ClientTraits client;
  client.industry = Byte(chances.Industry(draw));
  client.city = Byte(chances.City(draw));
  client.markup_percent = draw.Between(138, 172);
  client.cold_from = draw.Chance(40) ? kAsOf - draw.Between(100, 500) : kNever;
  return client;
}

size_t RoleTitled(std::string_view title) {
  auto roles = Roles();
  auto found =
      std::find_if(roles.begin(), roles.end(), [&](const Role* role) { return role->title == title; });
  LAKE_CHECK(found != roles.end());
  return static_cast<size_t>(found - roles.begin());
}

CandidateTraits DrawCandidate(const Chances& chances, int64_t row, int64_t candidates) {
  Draw draw(Stream::kCandidateTraits, row);
  CandidateTraits candidate;
  candidate.role = Byte(chances.Role(draw));
  candidate.specialty = Byte(static_cast<size_t>(draw.SkewedBelow(kSpecialtiesPerRole)));
  candidate.city = Byte(chances.City(draw));
  candidate.years = Byte(static_cast<size_t>(draw.SkewedBelow(38)));
  int32_t fate = draw.Below(1000);
  candidate.standing = fate < 20 ? Standing::kBlocked : fate < 160 ? Standing::kInactive : Standing::kActive;
  if (auto plant = PlantAt(row, candidates)) {
    candidate.standing = Standing::kActive;  // Whoever looks for them must be allowed to find them.
    if (plant->kind == Plant::Kind::kSkillPair) candidate.role = Byte(RoleTitled("Java Developer"));
  }
  return candidate;
}

int32_t RoundTo(int64_t value, int64_t step) {
  return static_cast<int32_t>((value + step / 2) / step * step);
}

Rates DrawJobRates(const JobTraits& job, int32_t markup_percent, Draw& draw) {
  constexpr int64_t kHoursPerYear = 2080;
  constexpr int64_t kQuarterDollar = 25;
  int64_t average = int64_t{Roles()[job.role]->salary} * 100 / kHoursPerYear;
  int64_t pay = average * Cities()[job.city].pay_percent * draw.Between(88, 114) / 10'000;
  Rates rates;
  rates.pay_cents = RoundTo(pay, kQuarterDollar);
  rates.bill_cents = RoundTo(int64_t{rates.pay_cents} * markup_percent / 100, kQuarterDollar);
  return rates;
}

std::vector<JobTraits> DrawJobs(const Chances& chances, int64_t count, std::vector<ClientTraits>* clients) {
  DaySpread days(kFirstJobDay, OfficeDayWeights(kFirstJobDay, kAsOf - 1), count);
  std::vector<JobTraits> jobs;
  jobs.reserve(static_cast<size_t>(count));
  for (int64_t row = 0; row < count; ++row) {
    Draw draw(Stream::kJob, row);
    JobTraits job;
    job.client = chances.Client(draw);
    ClientTraits& client = (*clients)[static_cast<size_t>(job.client)];
    ++client.jobs;
    job.role = Byte(chances.RoleFor(client.industry, draw));
    job.city = draw.Chance(700) ? client.city : Byte(chances.City(draw));
    job.recruiter = Byte(chances.Recruiter(draw));
    job.opened =
        row == 0 ? kFirstJobDay : days.DayOfRow(row);  // However few there are, the first placement has one.
    job.last_start = job.opened;
    job.rates = DrawJobRates(job, client.markup_percent, draw);
    jobs.push_back(job);
  }
  return jobs;
}

std::vector<int64_t> RevenueByClient(const Company& company) {
  std::vector<int64_t> revenue(company.clients.size());
  for (size_t placement = 0; placement < company.placements.size(); ++placement) {
    const PlacementTraits& traits = company.placements[placement];
    size_t client = static_cast<size_t>(company.jobs[static_cast<size_t>(traits.job)].client);
    for (int32_t week = 0; week < traits.weeks; ++week)
      revenue[client] += TimesheetOf(company, static_cast<int32_t>(placement), week).bill_cents;
  }
  return revenue;
}

void NameTheTwoBest(Company* company) {
  std::vector<int64_t> revenue = RevenueByClient(*company);
  auto best = [&] {
    return static_cast<int32_t>(std::max_element(revenue.begin(), revenue.end()) - revenue.begin());
  };
  company->top_client = best();
  revenue[static_cast<size_t>(company->top_client)] = -1;
  company->cold_client = best();
  company->clients[static_cast<size_t>(company->cold_client)].cold_from = kAsOf - kPlantedColdDays;
}

}  // namespace

Result<Company> FoundCompany(Scale scale) {
  LAKE_ASSIGN_OR_RETURN(RowCounts rows, CountRows(scale));
  std::vector<int32_t> office_days = OfficeDayWeights(kFirstDay, kAsOf);
  Company company{.rows = rows,
                  .chances = Chances(rows.Of(Table::kClients)),
                  .call_days = DaySpread(kFirstDay, office_days, rows.Of(Table::kCallLog)),
                  .email_days = DaySpread(kFirstDay, office_days, rows.Of(Table::kEmailLog)),
                  .clients = {},
                  .candidates = {},
                  .jobs = {},
                  .placements = {},
                  .first_timesheet = {}};
  for (int64_t row = 0; row < rows.Of(Table::kClients); ++row)
    company.clients.push_back(DrawClient(company.chances, row));
  int64_t candidates = rows.Of(Table::kCandidates);
  company.candidates.reserve(static_cast<size_t>(candidates));
  for (int64_t row = 0; row < candidates; ++row)
    company.candidates.push_back(DrawCandidate(company.chances, row, candidates));
  company.jobs = DrawJobs(company.chances, rows.Of(Table::kJobOrders), &company.clients);
  PlaceCandidates(&company);
  NameTheTwoBest(&company);
  return company;
}

}  // namespace lake::demo_data
