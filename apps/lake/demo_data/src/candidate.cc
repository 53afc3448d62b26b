#include "candidate.h"

#include <algorithm>
#include <string>

#include "people_names.h"
#include "places.h"
#include "planted.h"
#include "resume.h"
#include "skill_set.h"

namespace lake::demo_data {
namespace {

// Who somebody is: shared by the few candidates who are registered twice.
struct Identity {
  std::string_view first_name;
  std::string_view last_name;
  std::string_view mail_domain;
  std::string_view area_code;
  int32_t mail_number;   // 0 is none.
  int32_t phone_number;  // The last four digits; the three before are 555, which belong to nobody.
};

constexpr std::string_view kMailDomains[] = {"example.com", "example.com", "mail.example.com",
                                             "example.org", "example.net", "inbox.example.net"};

constexpr std::string_view kSources[] = {
    "LinkedIn", "Indeed",  "Referral",     "Indeed",   "LinkedIn", "Company website", "Job fair",
    "Walk-in",  "Monster", "ZipRecruiter", "Referral", "Facebook", "Agency",          "Campus visit"};

// The row whose identity this row has: nearly always its own, now and then that of an earlier candidate.
int64_t IdentityRow(int64_t row, int64_t candidates) {
  Draw draw(Stream::kCandidateIdentity, row);
  bool twice = row > 0 && draw.Chance(6) && !PlantAt(row, candidates);
  return twice ? draw.Below(row) : row;
}

Identity IdentityOf(const Company& company, int64_t row) {
  int64_t original = IdentityRow(row, static_cast<int64_t>(company.candidates.size()));
  Draw draw(Stream::kCandidateIdentity, ~original);  // Apart from the draws that chose the row.
  Identity identity;
  identity.first_name =
      FirstNames()[static_cast<size_t>(draw.SkewedBelow(static_cast<int64_t>(FirstNames().size())))];
  identity.last_name =
      LastNames()[static_cast<size_t>(draw.SkewedBelow(static_cast<int64_t>(LastNames().size())))];
  identity.mail_domain = draw.OneOf(kMailDomains);
  identity.area_code = Cities()[company.candidates[static_cast<size_t>(original)].city].area_code;
  identity.mail_number = draw.Chance(930) ? draw.Between(1, 9999) : 0;
  identity.phone_number = draw.Below(10'000);
  return identity;
}

void AppendEmail(const Identity& identity, Draw& draw, CsvRows* csv) {
  std::string email;
  int32_t style = draw.Below(10);
  if (style < 6) {
    AppendMailLetters(identity.first_name, &email);
    email.push_back('.');
  } else {
    AppendMailLetters(identity.first_name.substr(0, 1), &email);  // Nothing for a letter with accent.
  }
  AppendMailLetters(identity.last_name, &email);
  if (identity.mail_number > 0) AppendInt(identity.mail_number, &email);
  email.push_back('@');
  email.append(identity.mail_domain);
  if (style == 9)
    for (char& letter : email)
      if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  csv->Text(email);
}

void AppendPhone(const Identity& identity, Draw& draw, CsvRows* csv) {
  if (draw.Chance(30)) {
    csv->Null();
    return;
  }
  struct Style {
    std::string_view before;
    std::string_view after_area;
  };
  constexpr Style kStyles[] = {{"(", ") 555-"},  {"", "-555-"}, {"", ".555."},
                               {"+1 ", " 555 "}, {"", "555"},   {"1-", "-555-"}};
  const Style& style = kStyles[static_cast<size_t>(draw.SkewedBelow(std::size(kStyles)))];
  std::string phone(style.before);
  phone.append(identity.area_code);
  phone.append(style.after_area);
  std::string last = std::to_string(10'000 + identity.phone_number);
  phone.append(last, 1);
  if (draw.Chance(15)) phone.append(" ext. 2");
  csv->Text(phone);
}

void AppendCity(const City& city, Draw& draw, CsvRows* csv) {
  std::string name(city.name);
  switch (draw.Below(50)) {
    case 0:
      for (char& letter : name)
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
      break;
    case 1:
      for (char& letter : name)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
      break;
    case 2:
      name.push_back(' ');
      break;
    case 3:
      if (!city.nickname.empty()) name = city.nickname;
      break;
    default:
      break;
  }
  csv->Text(name);
}

void AppendZip(const City& city, Draw& draw, CsvRows* csv) {
  std::string zip(city.zip_prefix);
  zip.append(std::to_string(100 + draw.Below(100)), 1);
  if (draw.Chance(30)) {
    zip.push_back('-');
    zip.append(std::to_string(10'000 + draw.Below(10'000)), 1);
  }
  csv->Text(zip);
}

void AppendSkills(const SkillSet& set, Draw& draw, CsvRows* csv) {
  std::string skills;
  AppendSkillNames(set, draw.Chance(40) ? "; " : ", ", &skills);
  if (draw.Chance(30))
    for (char& letter : skills)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  csv->Text(skills);
}

int32_t DrawSalary(const CandidateTraits& traits, Draw& draw) {
  constexpr int64_t kStep = 500;
  int64_t experience_percent = 80 + 2 * std::min<int64_t>(traits.years, 25);
  int64_t salary = Roles()[traits.role]->salary;
  salary =
      salary * experience_percent * Cities()[traits.city].pay_percent / 10'000 * draw.Between(90, 115) / 100;
  return static_cast<int32_t>((salary + kStep / 2) / kStep * kStep);
}

struct RowDraws {
  Candidate candidate;
  Draw rest;  // For the columns that nothing else refers to.
};

RowDraws DrawRow(const Company& company, int64_t row) {
  const CandidateTraits& traits = company.candidates[static_cast<size_t>(row)];
  Draw draw(Stream::kCandidateRow, row);
  Candidate candidate;
  std::string_view source = draw.OneOf(kSources);
  if (!draw.Chance(20)) candidate.source = source;
  int32_t salary = DrawSalary(traits, draw);
  if (!draw.Chance(60)) candidate.desired_salary_usd = salary;
  candidate.has_email = !draw.Chance(40);
  return {candidate, draw};
}

void AppendAvailability(const CandidateTraits& traits, Draw& draw, CsvRows* csv) {
  if (traits.standing == Standing::kPlaced)
    csv->Date(kAsOf + draw.Between(14, 200));
  else if (draw.Chance(650))
    csv->Date(kAsOf + draw.Between(-60, 75));
  else
    csv->Null();
}

}  // namespace

Candidate CandidateOf(const Company& company, int64_t row) {
  Candidate candidate = DrawRow(company, row).candidate;
  Identity identity = IdentityOf(company, row);
  candidate.first_name = identity.first_name;
  candidate.last_name = identity.last_name;
  return candidate;
}

std::string_view NameOf(Standing standing) {
  constexpr std::string_view kNames[] = {"active", "placed", "blocked", "inactive"};
  return kNames[static_cast<size_t>(standing)];
}

void AppendCandidateRow(const Company& company, int64_t row, CsvRows* csv) {
  const CandidateTraits& traits = company.candidates[static_cast<size_t>(row)];
  auto [candidate, draw] = DrawRow(company, row);
  Identity identity = IdentityOf(company, row);
  const City& city = Cities()[traits.city];
  csv->Name(CandidateName(row)).Text(identity.first_name).Text(identity.last_name);
  if (candidate.has_email)
    AppendEmail(identity, draw, csv);
  else
    csv->Null();
  AppendPhone(identity, draw, csv);
  AppendCity(city, draw, csv);
  csv->Text(city.state);
  AppendZip(city, draw, csv);
  AppendSkills(CandidateSkills(company, row), draw, csv);
  csv->Plain(NameOf(traits.standing)).Plain(candidate.source);
  if (draw.Chance(15))
    csv->Null();
  else
    csv->Int(traits.years);
  if (candidate.desired_salary_usd == kNone)
    csv->Null();
  else
    csv->Cents(int64_t{candidate.desired_salary_usd} * 100);
  AppendAvailability(traits, draw, csv);
  std::string resume;
  AppendResume(company, row, &resume);
  csv->Text(resume).EndRow();
}

}  // namespace lake::demo_data
