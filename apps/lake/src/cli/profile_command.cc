// lake profile: models and indexes of a team, activated together.
#include <cstdio>
#include <string>

#include "commands.h"
#include "exit_code.h"
#include "follow_job.h"
#include "request_body.h"
#include "rest.h"
#include "search_answer.h"
#include "terminal.h"

namespace lake::app {
namespace {

std::string CatalogPath(const std::string& id) { return "/catalog/profiles/" + UrlEncode(id); }
std::string ActionPath(const std::string& id, const char* action) {
  return "/vectors/profile/" + UrlEncode(id) + "/" + action;
}

JsonValue BodyOf(const ProfileOptions& options) {
  JsonValue::Array datasets;
  for (const std::string& dataset : options.datasets) datasets.emplace_back(dataset);
  JsonValue body = JsonValue::MakeObject({{"id", options.id}, {"ollama_name", options.model}});
  body.Set("bound_datasets", JsonValue(std::move(datasets)));
  SetUnlessEmpty(&body, "description", options.description);
  SetUnlessEmpty(&body, "embed_model", options.embed_model);
  SetUnlessEmpty(&body, "bucket", options.bucket);
  JsonValue config = JsonValue::MakeObject();
  SetIfGiven(&config, "ef_construction", options.ef_construction);
  SetIfGiven(&config, "ef_search", options.ef_search);
  SetIfGiven(&config, "seed", options.seed);
  if (!config.as_object().empty()) body.Set("hnsw_config", std::move(config));
  return body;
}

const JsonValue::Array& ItemsOf(const JsonValue& document, std::string_view member) {
  static const JsonValue::Array kNone;
  const JsonValue* items = document.Find(member);
  return items != nullptr && items->is_array() ? items->as_array() : kNone;
}

void PrintNames(const JsonValue& document, std::string_view member, std::string_view what) {
  for (const JsonValue& name : ItemsOf(document, member)) fmt::print("{} {}\n", CellText(name), what);
}

void PrintFailures(const JsonValue& document) {
  for (const JsonValue& failure : ItemsOf(document, "failures"))
    fmt::print(stderr, "{} {}: {}\n", failure.FindString("step"), failure.FindString("name"),
               failure.FindString("detail"));
}

int PrintActivated(const JsonValue& done) {
  PrintNames(done, "unloaded", "is unloaded");
  PrintNames(done, "preloaded", "is loaded");
  JsonValue::Array rows;
  for (const JsonValue& warmed : ItemsOf(done, "warmed")) {
    JsonValue row = JsonValue::MakeObject({{"index_name", warmed.FindString("index_name")}});
    const JsonValue* config = warmed.Find("config");
    for (const char* member : {"ef_construction", "ef_search", "seed"})
      if (const JsonValue* value = config == nullptr ? nullptr : config->Find(member))
        row.Set(member, *value);
    for (const char* member : {"promoted", "rebuilt", "chunks"})
      if (const JsonValue* value = warmed.Find(member)) row.Set(member, *value);
    rows.push_back(std::move(row));
  }
  const Status printed = PrintItems(
      rows, {"index_name", "ef_construction", "ef_search", "seed", "promoted", "rebuilt", "chunks"},
      OutputFormat::kTable);
  if (!printed.ok()) return Fail(printed.error());
  PrintFailures(done);
  const JsonValue* seconds = done.Find("duration_secs");
  fmt::print("{} is active after {}\n", done.FindString("profile_id"),
             FormatSeconds(seconds == nullptr ? 0 : seconds->as_double()));
  return kExitOk;
}

}  // namespace

int RunProfileCreate(const Context& context, const ClientOptions& client, const ProfileOptions& options) {
  const Result<JsonValue> made = Rest(context, client).Post("/catalog/profiles", BodyOf(options));
  if (!made.ok() || client.output != OutputFormat::kTable) return PrintDocument(made);
  fmt::print("made {}\n", made->FindString("id"));
  return kExitOk;
}

int RunProfileList(const Context& context, const ClientOptions& client, const ProfileOptions& options) {
  return PrintList(Rest(context, client).List("/catalog/profiles", options.list.limit),
                   {"id", "ollama_name", "embed_model", "bound_datasets", "bucket", "created_by"},
                   client.output);
}

int RunProfileShow(const Context& context, const ClientOptions& client, const ProfileOptions& options) {
  const Result<JsonValue> profile = Rest(context, client).Get(CatalogPath(options.id));
  if (!profile.ok() || client.output != OutputFormat::kTable) return PrintDocument(profile);
  for (const auto& [member, value] : profile->as_object()) fmt::print("{:<17} {}\n", member, CellText(value));
  return kExitOk;
}

int RunProfileDrop(const Context& context, const ClientOptions& client, const ProfileOptions& options) {
  const Result<JsonValue> dropped = Rest(context, client).Delete(CatalogPath(options.id));
  if (!dropped.ok()) return Fail(dropped.error());
  fmt::print("dropped {}\n", options.id);
  return kExitOk;
}

int RunProfileActivate(const Context& context, const ClientOptions& client, const ProfileOptions& options) {
  Rest rest(context, client);
  const Result<JsonValue> job = rest.PostForJob(ActionPath(options.id, "activate"), JsonValue::MakeObject());
  if (!job.ok()) return Fail(job.error());
  const Result<JsonValue> done = FollowJobWithBar(rest, job->FindString("id"), options.id);
  if (!done.ok() || client.output != OutputFormat::kTable) return PrintDocument(done);
  return PrintActivated(*done);
}

int RunProfileDeactivate(const Context& context, const ClientOptions& client, const ProfileOptions& options) {
  const Result<JsonValue> done =
      Rest(context, client).Post(ActionPath(options.id, "deactivate"), JsonValue::MakeObject());
  if (!done.ok() || client.output != OutputFormat::kTable) return PrintDocument(done);
  PrintNames(*done, "unloaded", "is unloaded");
  PrintFailures(*done);
  fmt::print("{} is not active any more\n", done->FindString("profile_id"));
  return kExitOk;
}

int RunProfileActive(const Context& context, const ClientOptions& client, const ProfileOptions&) {
  const Result<JsonValue> slot = Rest(context, client).Get("/vectors/profile/active");
  if (!slot.ok() || client.output != OutputFormat::kTable) return PrintDocument(slot);
  const JsonValue* active = slot->Find("active");
  if (active == nullptr || !active->is_object()) {
    fmt::print("no profile is active\n");
    return kExitOk;
  }
  for (const auto& [member, value] : active->as_object()) fmt::print("{:<13} {}\n", member, CellText(value));
  return kExitOk;
}

int RunProfileSearch(const Context& context, const ClientOptions& client, const ProfileOptions& options) {
  const Result<JsonValue> answer =
      Rest(context, client).Post(ActionPath(options.id, "search"), SearchBody(options.search));
  if (!answer.ok() || client.output != OutputFormat::kTable) return PrintDocument(answer);
  PrintHits(*answer);
  return kExitOk;
}

}  // namespace lake::app
