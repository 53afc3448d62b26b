#include "call.h"

#include <string>

#include "pattern.h"
#include "people_names.h"
#include "places.h"

namespace lake::demo_data {
namespace {

// clang-format off
// Gaps: $r role, $c city, $n a small number, $m dollars an hour.
constexpr std::string_view kCandidateNotes[] = {
  "Interested in the $r role, wants at least $m/h.",
  "Said \"call me after the holidays\"; on assignment until next month.",
  "Interview went well, references to follow.\nWaiting for feedback.",
  "Needs $n weeks' notice.",
  "Prefers $c, would consider remote.",
  "Asked about overtime, parking & shift differential.",
  "Très motivé — speaks French and English.",
  "Not looking right now, follow up in $n months.",
  "Confirmed start on Monday, sent directions to the site in $c.",
  "Timesheet missing for last week, promised to submit today.",
  "Turned down $m/h, expects more.",
  "Updated résumé received; $n years as $r.",
  "Has another offer, decides by Friday.",
  "Unhappy with the commute, wants a transfer closer to $c.",
};
constexpr std::string_view kClientNotes[] = {
  "Needs $n more people for the night shift, profiles by Friday.",
  "Happy with the team: \"best temps we have had\", wants to extend.",
  "Late timesheets again, credit note promised.",
  "Rate of $m too high, will come back after budget review.",
  "New requisition for $r in $c expected next week.",
  "Contract signed, purchase order follows.",
  "Asked for $n candidates with $r background; interviews on site.",
  "Hiring freeze until next quarter.\nStay in touch.",
};
constexpr std::string_view kUnreachedNotes[] = {
  "Try again tomorrow.", "Mailbox full.", "Left name and number.", "Number not in service, check e-mail.",
};
// clang-format on

Outcome DrawOutcome(Direction direction, Draw& draw) {
  int32_t kind = draw.Below(100);
  if (direction == Direction::kInbound || kind < 34) return Outcome::kConnected;
  if (kind < 62) return Outcome::kVoicemail;
  if (kind < 84) return Outcome::kNoAnswer;
  if (kind < 93) return Outcome::kLeftMessage;
  return kind < 97 ? Outcome::kBusy : Outcome::kWrongNumber;
}

int32_t DrawDuration(Outcome outcome, Draw& draw) {
  switch (outcome) {
    case Outcome::kConnected:
      return 25 + draw.SkewedBelow(draw.Chance(150) ? 2400 : 600);
    case Outcome::kVoicemail:
    case Outcome::kLeftMessage:
      return draw.Between(12, 75);
    case Outcome::kWrongNumber:
      return draw.Between(4, 30);
    case Outcome::kNoAnswer:
    case Outcome::kBusy:
      return 0;
  }
  return 0;
}

std::string_view NameOf(Outcome outcome) {
  constexpr std::string_view kNames[] = {"connected",    "voicemail", "no_answer",
                                         "left_message", "busy",      "wrong_number"};
  return kNames[static_cast<size_t>(outcome)];
}

void AppendNotes(const Company& company, const Call& call, int64_t row, CsvRows* csv) {
  Draw draw(Stream::kCallText, row);
  bool reached = call.outcome == Outcome::kConnected;
  if (!draw.Chance(reached ? 620 : 90)) {
    csv->Null();
    return;
  }
  bool to_client = call.client >= 0;
  size_t role =
      to_client ? company.chances.RoleFor(company.clients[static_cast<size_t>(call.client)].industry, draw)
                : company.candidates[static_cast<size_t>(call.candidate)].role;
  std::string_view city = Cities()[company.chances.City(draw)].name;
  std::string number = std::to_string(draw.Between(2, 12));
  std::string money = "$" + std::to_string(draw.Between(18, 85));
  std::string_view pattern = !reached    ? draw.OneOf(kUnreachedNotes)
                             : to_client ? draw.OneOf(kClientNotes)
                                         : draw.OneOf(kCandidateNotes);
  std::string note;
  AppendPattern(pattern, {{'r', Roles()[role]->title}, {'c', city}, {'n', number}, {'m', money}}, &note);
  csv->Text(note);
}

}  // namespace

Call CallOf(const Company& company, int64_t row) {
  Draw draw(Stream::kCall, row);
  Call call;
  call.called_at = company.call_days.TimeOfRow(row, draw.Next());
  call.recruiter = static_cast<uint8_t>(company.chances.Recruiter(draw));
  call.direction = draw.Chance(210) ? Direction::kInbound : Direction::kOutbound;
  call.outcome = DrawOutcome(call.direction, draw);
  call.duration_secs = DrawDuration(call.outcome, draw);
  bool to_client = draw.Chance(200);
  int32_t client = company.chances.Client(draw);
  call.candidate = draw.SkewedBelow(static_cast<int64_t>(company.candidates.size()));
  if (row == company.rows.Of(Table::kCallLog) / 10) {
    to_client = true;  // However few calls there are, the cold client was called once, long ago.
    client = company.cold_client;
  }
  Day day = DayOfTime(call.called_at);
  if (to_client && day <= company.clients[static_cast<size_t>(client)].cold_from) {
    call.client = client;
    call.candidate = -1;
  }
  return call;
}

void AppendCallRow(const Company& company, int64_t row, CsvRows* csv) {
  Call call = CallOf(company, row);
  csv->Int(row + 1);
  if (call.candidate >= 0)
    csv->Name(CandidateName(call.candidate)).Null();
  else
    csv->Null().Name(ClientName(call.client));
  csv->Text(Recruiters()[call.recruiter]).Time(call.called_at).Int(call.duration_secs);
  csv->Plain(call.direction == Direction::kInbound ? "inbound" : "outbound").Plain(NameOf(call.outcome));
  AppendNotes(company, call, row, csv);
  csv->EndRow();
}

}  // namespace lake::demo_data
