// lake trial: other configurations of an index, built, measured and compared.
#include <cstdio>

#include "commands.h"
#include "exit_code.h"
#include "follow_job.h"
#include "request_body.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {
namespace {

const std::vector<std::string> kColumns = {"id",         "ef_construction", "ef_search", "recall_at_k",
                                           "recall_low", "p50_us",          "p95_us",    "p99_us",
                                           "build_secs", "memory_bytes",    "eval_set",  "note"};

std::string TrialsPath(const std::string& index) { return "/vectors/hnsw/trials/" + UrlEncode(index); }

/// A figure with so many decimals; nothing where it was not measured.
JsonValue Rounded(const JsonValue* metrics, std::string_view name, int decimals) {
  const JsonValue* figure = metrics == nullptr ? nullptr : metrics->Find(name);
  if (figure == nullptr || !figure->is_number()) return JsonValue();
  return fmt::format("{:.{}f}", figure->as_double(), decimals);
}

JsonValue ValueOf(const JsonValue* object, std::string_view name) {
  const JsonValue* value = object == nullptr ? nullptr : object->Find(name);
  return value == nullptr ? JsonValue() : *value;
}

/// The members that people compare, side by side.
JsonValue RowOf(const JsonValue& trial) {
  const JsonValue* config = trial.Find("config");
  const JsonValue* metrics = trial.Find("metrics");
  return JsonValue::MakeObject({{"id", ValueOf(&trial, "id")},
                                {"ef_construction", ValueOf(config, "ef_construction")},
                                {"ef_search", ValueOf(config, "ef_search")},
                                {"recall_at_k", Rounded(metrics, "recall_at_k", 4)},
                                {"recall_low", Rounded(metrics, "recall_low", 4)},
                                {"p50_us", Rounded(metrics, "search_latency_p50_us", 1)},
                                {"p95_us", Rounded(metrics, "search_latency_p95_us", 1)},
                                {"p99_us", Rounded(metrics, "search_latency_p99_us", 1)},
                                {"build_secs", Rounded(metrics, "build_time_secs", 2)},
                                {"memory_bytes", ValueOf(metrics, "memory_bytes")},
                                {"eval_set", ValueOf(&trial, "eval_set")},
                                {"note", ValueOf(&trial, "note")}});
}

bool IsForPeople(OutputFormat output) {
  return output == OutputFormat::kTable || output == OutputFormat::kCsv;
}

int ShowTrial(const ClientOptions& client, const Result<JsonValue>& trial) {
  if (!trial.ok() || !IsForPeople(client.output)) return PrintDocument(trial);
  return PrintList(JsonValue::Array{RowOf(*trial)}, kColumns, client.output);
}

}  // namespace

int RunTrial(const Context& context, const ClientOptions& client, const TrialOptions& options) {
  JsonValue config = JsonValue::MakeObject();
  SetIfGiven(&config, "ef_construction", options.ef_construction);
  SetIfGiven(&config, "ef_search", options.ef_search);
  SetIfGiven(&config, "seed", options.seed);
  JsonValue body = JsonValue::MakeObject(
      {{"index_name", options.index}, {"harness", options.eval_set}, {"config", std::move(config)}});
  SetUnlessEmpty(&body, "note", options.note);
  Rest rest(context, client);
  const Result<JsonValue> job = rest.PostForJob("/vectors/hnsw/trial", body);
  if (!job.ok()) return Fail(job.error());
  return ShowTrial(client, FollowJobWithBar(rest, job->FindString("id"), options.index));
}

int RunTrialList(const Context& context, const ClientOptions& client, const TrialOptions& options) {
  Result<JsonValue::Array> trials = Rest(context, client).List(TrialsPath(options.index), options.list.limit);
  if (trials.ok() && IsForPeople(client.output))
    for (JsonValue& trial : *trials) trial = RowOf(trial);
  return PrintList(trials, kColumns, client.output);
}

int RunTrialBest(const Context& context, const ClientOptions& client, const TrialOptions& options) {
  return ShowTrial(client, Rest(context, client)
                               .Get(fmt::format("{}/best?metric={}", TrialsPath(options.index),
                                                UrlEncode(options.metric))));
}

}  // namespace lake::app
