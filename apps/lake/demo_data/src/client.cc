#include "client.h"

#include "industries.h"
#include "pattern.h"
#include "people_names.h"
#include "places.h"

namespace lake::demo_data {
namespace {

// clang-format off
constexpr std::string_view kNotes[] = {
  "Pays within $n days, no questions asked.",
  "Wants every profile by e-mail, never by phone; \"no surprises\".",
  "Contract renewed until next summer.\nRate increase of $n percent agreed.",
  "Prefers candidates from $c, drug test required.",
  "Two invoices disputed last year, since then purchase order before start.",
  "Gate code changes monthly — ask reception.",
  "Parent company is moving purchasing to $c.",
  "Safety briefing takes $n0 minutes; hard hat, boots, vest.",
};
// clang-format on

std::string_view NameOf(const ClientTraits& client) {
  if (client.jobs == 0) return "prospect";
  return client.cold_from <= kAsOf ? "dormant" : "active";
}

void AppendContact(int64_t row, Draw& draw, const City& city, CsvRows* csv) {
  auto first = FirstNames()[static_cast<size_t>(draw.Below(static_cast<int64_t>(FirstNames().size())))];
  auto last = LastNames()[static_cast<size_t>(draw.Below(static_cast<int64_t>(LastNames().size())))];
  std::string name(first);
  name.append(" ").append(last);
  csv->Text(name);
  std::string email;
  AppendMailLetters(first, &email);
  email.push_back('.');
  AppendMailLetters(last, &email);
  email.append("@client");
  AppendInt(row + 1, &email);
  email.append(".example.com");
  if (draw.Chance(50))
    csv->Null();
  else
    csv->Text(email);
  std::string phone = "(";
  phone.append(city.area_code).append(") 555-").append(std::to_string(10'000 + draw.Below(10'000)), 1);
  csv->Text(phone);
}

}  // namespace

std::string ClientTitle(const Company& company, int64_t row) {
  if (row == company.top_client) return std::string(kTopClientName);
  if (row == company.cold_client) return std::string(kColdClientName);
  const ClientTraits& client = company.clients[static_cast<size_t>(row)];
  const Industry& industry = Industries()[client.industry];
  Draw draw(Stream::kClientRow, ~row);
  std::string name(draw.OneOf(ClientNameHeads()));
  name.append(" ").append(draw.OneOf(industry.name_tails));
  if (draw.Chance(200)) name.append(" of ").append(Cities()[client.city].name);
  name.append(draw.OneOf(ClientNameForms()));
  return name;
}

void AppendClientRow(const Company& company, int64_t row, CsvRows* csv) {
  const ClientTraits& client = company.clients[static_cast<size_t>(row)];
  const City& city = Cities()[client.city];
  Draw draw(Stream::kClientRow, row);
  csv->Name(ClientName(row)).Text(ClientTitle(company, row)).Text(Industries()[client.industry].name);
  csv->Text(city.name).Text(city.state);
  AppendContact(row, draw, city, csv);
  csv->Plain(NameOf(client)).Date(kFirstDay - draw.Between(70, 5000));
  if (draw.Chance(600)) {
    csv->Null().EndRow();
    return;
  }
  std::string note;
  std::string number = std::to_string(draw.Between(2, 9));
  AppendPattern(draw.OneOf(kNotes), {{'n', number}, {'c', city.name}}, &note);
  csv->Text(note).EndRow();
}

}  // namespace lake::demo_data
