// lake trial: other configurations of an index, built, measured and compared.
#include <cstdio>

#include "commands.h"
#include "exit_code.h"
#include "follow_job.h"
#include "request_body.h"
#include "rest.h"
#include "terminal.h"
#include "trial_rows.h"

namespace lake::app {
namespace {

bool IsForPeople(OutputFormat output) {
  return output == OutputFormat::kTable || output == OutputFormat::kCsv;
}

int ShowTrial(const ClientOptions& client, const Result<JsonValue>& trial) {
  if (!trial.ok() || !IsForPeople(client.output)) return PrintDocument(trial);
  return PrintList(JsonValue::Array{TrialRow(*trial)}, TrialColumns(), client.output);
}

}  // namespace

int RunTrial(const Context& context, const ClientOptions& client, const TrialOptions& options) {
  JsonValue body = JsonValue::MakeObject(
      {{"index_name", options.index}, {"harness", options.eval_set}, {"config", ConfigOf(options.graph)}});
  SetUnlessEmpty(&body, "note", options.note);
  Rest rest(context, client);
  const Result<JsonValue> job = rest.PostForJob("/vectors/hnsw/trial", body);
  if (!job.ok()) return Fail(job.error());
  return ShowTrial(client, FollowJobWithBar(rest, job->FindString("id"), options.index));
}

int RunTrialList(const Context& context, const ClientOptions& client, const TrialOptions& options) {
  Result<JsonValue::Array> trials = Rest(context, client).List(TrialsPath(options.index), options.list.limit);
  if (trials.ok() && IsForPeople(client.output))
    for (JsonValue& trial : *trials) trial = TrialRow(trial);
  return PrintList(trials, TrialColumns(), client.output);
}

int RunTrialBest(const Context& context, const ClientOptions& client, const TrialOptions& options) {
  return ShowTrial(client, Rest(context, client)
                               .Get(fmt::format("{}/best?metric={}", TrialsPath(options.index),
                                                UrlEncode(options.metric))));
}

}  // namespace lake::app
