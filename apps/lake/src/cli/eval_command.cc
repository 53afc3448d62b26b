// lake eval: the queries that configurations of an index are measured with.
#include <cstdio>

#include "commands.h"
#include "exit_code.h"
#include "follow_job.h"
#include "request_body.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {
namespace {

constexpr const char* kEvals = "/vectors/hnsw/evals";

std::string SetPath(const std::string& name) { return fmt::format("{}/{}", kEvals, UrlEncode(name)); }

std::string Member(const JsonValue& document, std::string_view name) {
  const JsonValue* value = document.Find(name);
  return value == nullptr ? std::string() : CellText(*value);
}

void PrintMade(const JsonValue& set) {
  fmt::print("{}: {} queries, k {}", set.FindString("name"), Member(set, "query_count"), Member(set, "k"));
  if (const std::string skipped = Member(set, "skipped"); skipped != "0" && !skipped.empty())
    fmt::print("; {} cannot be asked", skipped);
  if (!set.FindString("index_name").empty()) fmt::print("; of index {}", set.FindString("index_name"));
  fmt::print("\n");
}

}  // namespace

int RunEvalList(const Context& context, const ClientOptions& client, const ListOptions& options) {
  return PrintList(Rest(context, client).List(kEvals, options.limit),
                   {"name", "index_name", "query_count", "k", "ground_truth_built", "skipped", "bucket"},
                   client.output);
}

int RunEvalShow(const Context& context, const ClientOptions& client, const std::string& name) {
  const Result<JsonValue> set = Rest(context, client).Get(SetPath(name));
  if (!set.ok() || client.output != OutputFormat::kTable) return PrintDocument(set);
  for (const auto& [member, value] : set->as_object())
    if (member != "queries") fmt::print("{:<19} {}\n", member, CellText(value));
  const JsonValue* queries = set->Find("queries");
  if (queries == nullptr || !queries->is_array()) return kExitOk;
  std::vector<std::vector<std::string>> rows;
  for (const JsonValue& query : queries->as_array()) {
    const JsonValue* nearest = query.Find("ground_truth");
    const bool known = nearest != nullptr && nearest->is_array() && !nearest->as_array().empty();
    rows.push_back({Member(query, "id"), Member(query, "half"), OneLine(query.FindString("text")),
                    known ? CellText(nearest->as_array().front()) : ""});
  }
  fmt::print("\n{}",
             FormatTable({{.name = "id"}, {.name = "half"}, {.name = "text"}, {.name = "nearest"}}, rows));
  return kExitOk;
}

int RunEvalCreate(const Context& context, const ClientOptions& client, const std::string& file) {
  const Result<std::string> text = ReadText(file);
  if (!text.ok()) return Fail(text.error());
  const Result<JsonValue> body = ParseJson(*text);
  if (!body.ok()) return Fail(body.error());
  const Result<JsonValue> set = Rest(context, client).Post(kEvals, *body);
  if (!set.ok() || client.output != OutputFormat::kTable) return PrintDocument(set);
  PrintMade(*set);
  return kExitOk;
}

int RunEvalAutogen(const Context& context, const ClientOptions& client, const EvalOptions& options) {
  JsonValue body = JsonValue::MakeObject({{"index_name", options.index}});
  SetIfGiven(&body, "count", options.count);
  SetIfGiven(&body, "k", options.k);
  SetIfGiven(&body, "seed", options.seed);
  Rest rest(context, client);
  const Result<JsonValue> job = rest.PostForJob(SetPath(options.name) + "/autogen", body);
  if (!job.ok()) return Fail(job.error());
  const Result<JsonValue> set = FollowJobWithBar(rest, job->FindString("id"), options.name);
  if (!set.ok()) return Fail(set.error());
  if (client.output != OutputFormat::kTable) return PrintDocument(set);
  PrintMade(*set);
  return kExitOk;
}

}  // namespace lake::app
