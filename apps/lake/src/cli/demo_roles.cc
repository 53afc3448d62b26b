#include "demo_roles.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>
#include <vector>

#include "lake/common/clock.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {
namespace {

constexpr std::string_view kRoleQuestion =
    "SELECT candidate_id, first_name, city, desired_salary FROM candidates ORDER BY candidate_id LIMIT 3";
constexpr int64_t kKeyMicros = 3'600'000'000;  // The demo's keys are gone in an hour, whatever happens.
constexpr int64_t kMostKeys = 1000;

Status Classify(Rest& rest) {
  JsonValue columns = JsonValue::MakeObject();
  for (const char* column : {"first_name", "last_name", "email", "phone", "resume_text"})
    columns.Set(column, JsonValue::MakeObject({{"sensitivity", "pii"}}));
  columns.Set("desired_salary", JsonValue::MakeObject({{"sensitivity", "financial"}}));
  LAKE_RETURN_IF_ERROR(rest.Patch("/catalog/datasets/by-name/candidates/metadata",
                                  JsonValue::MakeObject({{"columns", std::move(columns)}})));
  return {};
}

/// A new key; one of the name that an earlier demo made is revoked.
Result<std::string> MakeKey(Rest& rest, const std::string& role) {
  const std::string name = "demo-" + role;
  LAKE_ASSIGN_OR_RETURN(const JsonValue::Array keys, rest.List("/access/keys", kMostKeys));
  for (const JsonValue& key : keys)
    if (key.FindString("name") == name && key.FindString("revoked_at").empty())
      LAKE_RETURN_IF_ERROR(rest.Delete("/access/keys/" + UrlEncode(key.FindString("id"))));
  SystemClock clock;
  const Timestamp end{clock.Now().micros + kKeyMicros};
  LAKE_ASSIGN_OR_RETURN(
      const JsonValue created,
      rest.Post("/access/keys", JsonValue::MakeObject(
                                    {{"name", name}, {"role", role}, {"expires_at", FormatTimestamp(end)}})));
  return std::string(created.FindString("key"));
}

Result<JsonValue> AskAs(const Context& context, const std::string& url, std::string key) {
  ClientOptions client;
  client.url = url;
  client.api_key = std::move(key);
  return Rest(context, client).Post("/query/sql", JsonValue::MakeObject({{"sql", kRoleQuestion}}));
}

Status ShowMasked(const JsonValue& answer) {
  const JsonValue* rows = answer.Find("rows");
  if (rows == nullptr || !rows->is_array() || rows->as_array().empty())
    return Internal("bad_answer", "the recruiter's question was answered without rows");
  std::vector<std::vector<std::string>> cells;
  for (const JsonValue& row : rows->as_array()) {
    std::vector<std::string>& line = cells.emplace_back();
    for (const JsonValue& cell : row.as_array()) line.push_back(CellText(cell));
    if (std::ranges::any_of(line.back(), [](char c) { return c != '*'; }))
      return Internal("not_masked", "the recruiter sees the salary '{}'", line.back());
  }
  const std::string table = FormatTable(
      {{.name = "candidate_id"}, {.name = "first_name"}, {.name = "city"}, {.name = "desired_salary"}},
      cells);
  for (size_t at = 0; at < table.size();) {
    const size_t end = table.find('\n', at);
    fmt::print("     {}\n", table.substr(at, end - at));
    at = end + 1;
  }
  return {};
}

}  // namespace

Status ShowRoles(const Context& context, const std::string& url) {
  ClientOptions client;
  client.url = url;
  Rest rest(context, client);
  LAKE_RETURN_IF_ERROR(Classify(rest));
  fmt::print("  {}\n", kRoleQuestion);
  LAKE_ASSIGN_OR_RETURN(std::string recruiter, MakeKey(rest, "recruiter"));
  LAKE_ASSIGN_OR_RETURN(const JsonValue answer, AskAs(context, url, std::move(recruiter)));
  fmt::print("\n  as a recruiter: names are clear, what people ask for is not\n");
  LAKE_RETURN_IF_ERROR(ShowMasked(answer));
  LAKE_ASSIGN_OR_RETURN(std::string agent, MakeKey(rest, "agent"));
  const Result<JsonValue> refused = AskAs(context, url, std::move(agent));
  if (refused.ok() || !refused.error().Is("dataset_forbidden"))
    return Internal("not_masked", "the agent's question was not refused");
  fmt::print("\n  as an agent: {}\n", refused.error().message());
  return {};
}

}  // namespace lake::app
