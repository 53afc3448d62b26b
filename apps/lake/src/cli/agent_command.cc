// lake tune agent and lake tune enqueue: what tunes indexes by itself.
#include <cstdio>

#include "commands.h"
#include "exit_code.h"
#include "rest.h"

namespace lake::app {
namespace {

/// Empty when the member is no list.
JsonValue::Array ListOf(const JsonValue& document, std::string_view member) {
  const JsonValue* list = document.Find(member);
  return list != nullptr && list->is_array() ? list->as_array() : JsonValue::Array{};
}

void PrintHead(const JsonValue& status) {
  if (!Says(status, "enabled")) return fmt::print("not enabled: [agent] enabled = true\n");
  fmt::print("{}, {} of {} trials in the last hour\n", status.FindString("strategy"),
             CellText(*status.Find("trials_last_hour")), CellText(*status.Find("max_trials_per_hour")));
  const JsonValue* running = status.Find("running");
  if (running != nullptr && running->is_object())
    fmt::print("running: {} of {}, job {}\n", running->FindString("kind"), running->FindString("index_name"),
               running->FindString("job_id"));
  if (const std::string_view paused = status.FindString("paused"); !paused.empty())
    fmt::print("paused: {}\n", paused);
}

}  // namespace

int RunTuneAgent(const Context& context, const ClientOptions& client) {
  const Result<JsonValue> status = Rest(context, client).Get("/vectors/agent/status");
  if (!status.ok() || client.output != OutputFormat::kTable) return PrintDocument(status);
  PrintHead(*status);
  if (const JsonValue::Array queue = ListOf(*status, "queue"); !queue.empty()) {
    fmt::print("\nwaiting\n");
    if (const int shown = PrintList(queue, {"index_name", "by", "since"}, client.output); shown != kExitOk)
      return shown;
  }
  const JsonValue::Array decisions = ListOf(*status, "decisions");
  if (decisions.empty()) return kExitOk;
  fmt::print("\ndecided\n");
  return PrintList(decisions,
                   {"at", "index_name", "action", "recall_at_k", "search_latency_p50_us", "reason"},
                   client.output);
}

int RunTuneEnqueue(const Context& context, const ClientOptions& client, const std::string& index) {
  const Result<JsonValue> place =
      Rest(context, client).Post("/vectors/agent/enqueue/" + UrlEncode(index), JsonValue());
  if (!place.ok() || client.output != OutputFormat::kTable) return PrintDocument(place);
  fmt::print("{} waits for a trial, at place {}\n", place->FindString("index_name"),
             CellText(*place->Find("place")));
  return kExitOk;
}

}  // namespace lake::app
