#include "email.h"

#include <string>

#include "pattern.h"
#include "people_names.h"
#include "places.h"

namespace lake::demo_data {
namespace {

// clang-format off
// Gaps: $r role, $c city, $n a small number.
constexpr std::string_view kSubjects[] = {
  "New $r opening in $c", "Your application: next steps", "Interview confirmation – $r",
  "Re: availability from Monday?", "Timesheet reminder (week $n)", "Reference check for $r",
  "\"$r\" – is this for you?", "Are you still looking, or settled in $c?", "RE: FW: $r, $c, start ASAP",
  "$n new jobs near $c", "Welcome aboard!", "Bienvenido: $r in $c", "Your feedback after $n weeks",
};
constexpr std::string_view kClientSubjects[] = {
  "Your interview at our client, $c", "Shortlisted: $r", "Start date and badge, site $c",
  "Client feedback on your $r profile", "Extension by $n weeks – please confirm",
};
// clang-format on

void AppendSubject(const Company& company, const Email& email, int64_t row, CsvRows* csv) {
  Draw draw(Stream::kEmailText, row);
  const CandidateTraits& candidate = company.candidates[static_cast<size_t>(email.candidate)];
  std::string number = std::to_string(draw.Between(2, 48));
  std::string_view pattern = email.client >= 0 ? draw.OneOf(kClientSubjects) : draw.OneOf(kSubjects);
  std::string subject;
  AppendPattern(pattern,
                {{'r', Roles()[candidate.role]->title}, {'c', Cities()[candidate.city].name}, {'n', number}},
                &subject);
  csv->Text(subject);
}

}  // namespace

Email EmailOf(const Company& company, int64_t row) {
  Draw draw(Stream::kEmail, row);
  Email email;
  email.sent_at = company.email_days.TimeOfRow(row, draw.Next());
  email.recruiter = static_cast<uint8_t>(company.chances.Recruiter(draw));
  email.candidate = draw.SkewedBelow(static_cast<int64_t>(company.candidates.size()));
  if (draw.Chance(300)) email.client = company.chances.Client(draw);
  if (draw.Chance(460)) email.answer = draw.Chance(180) ? Answer::kReplied : Answer::kOpened;
  return email;
}

void AppendEmailRow(const Company& company, int64_t row, CsvRows* csv) {
  Email email = EmailOf(company, row);
  csv->Int(row + 1).Name(CandidateName(email.candidate));
  if (email.client >= 0)
    csv->Name(ClientName(email.client));
  else
    csv->Null();
  csv->Text(Recruiters()[email.recruiter]).Time(email.sent_at);
  AppendSubject(company, email, row, csv);
  csv->Flag(email.answer != Answer::kIgnored).Flag(email.answer == Answer::kReplied).EndRow();
}

}  // namespace lake::demo_data
