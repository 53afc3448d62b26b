// lake index and lake search: texts that are found by what they mean.
#include <cstdio>

#include "commands.h"
#include "exit_code.h"
#include "follow_job.h"
#include "request_body.h"
#include "rest.h"
#include "search_answer.h"
#include "terminal.h"

namespace lake::app {
namespace {

std::string IndexPath(const std::string& name) { return "/vectors/indexes/" + UrlEncode(name); }

void SetPolicy(JsonValue* body, const RefreshPolicyOptions& options) {
  SetUnlessEmpty(body, "embedding_refresh_policy", options.policy);
  SetUnlessEmpty(body, "embedding_refresh_cron", options.cron);
}

JsonValue BodyOf(const IndexOptions& options) {
  JsonValue body = JsonValue::MakeObject({{"index_name", options.name},
                                          {"source", options.source},
                                          {"text_column", options.text_column},
                                          {"id_column", options.id_column}});
  SetUnlessEmpty(&body, "embed_model", options.model);
  SetUnlessEmpty(&body, "bucket", options.bucket);
  SetPolicy(&body, options.refresh);
  JsonValue chunk = JsonValue::MakeObject();
  SetUnlessEmpty(&chunk, "unit", options.chunk_unit);
  SetIfGiven(&chunk, "size", options.chunk_size);
  SetIfGiven(&chunk, "overlap", options.chunk_overlap);
  if (!chunk.as_object().empty()) body.Set("chunk", std::move(chunk));
  JsonValue config = ConfigOf(options.graph);
  if (!config.as_object().empty()) body.Set("hnsw_config", std::move(config));
  return body;
}

uint64_t Number(const JsonValue& document, std::string_view member) {
  const JsonValue* value = document.Find(member);
  return value != nullptr && value->is_int() ? static_cast<uint64_t>(value->as_int()) : 0;
}

void PrintBuilt(const JsonValue& built) {
  fmt::print("{}: {} chunks of {} rows", built.FindString("index_name"), FormatCount(Number(built, "chunks")),
             FormatCount(Number(built, "documents")));
  if (built.Find("unchanged") != nullptr)
    fmt::print("; {} embedded, {} as they were, {} removed", FormatCount(Number(built, "embedded")),
               FormatCount(Number(built, "unchanged")), FormatCount(Number(built, "removed")));
  if (const uint64_t skipped = Number(built, "skipped"); skipped > 0)
    fmt::print("; {} rows without an id or a word were left out", FormatCount(skipped));
  const JsonValue* recall = built.Find("recall");
  if (const JsonValue* mean = recall == nullptr ? nullptr : recall->Find("mean"); mean != nullptr)
    fmt::print("; recall {:.3f}, at least {:.3f}", mean->as_double(), recall->Find("low")->as_double());
  fmt::print("\n");
}

void PrintRefreshed(const JsonValue& refreshed) {
  if (const JsonValue* indexes = refreshed.Find("indexes"); indexes != nullptr && indexes->is_array())
    for (const JsonValue& index : indexes->as_array()) PrintBuilt(index);
  if (const JsonValue* names = refreshed.Find("up_to_date"); names != nullptr && names->is_array())
    for (const JsonValue& name : names->as_array()) fmt::print("{} is up to date\n", CellText(name));
}

void PrintMoved(const JsonValue& moved) {
  fmt::print("{} went from bucket {} to {}: {} objects, {} bytes\n", moved.FindString("index_name"),
             moved.FindString("from"), moved.FindString("bucket"), FormatCount(Number(moved, "objects")),
             FormatCount(Number(moved, "bytes")));
}

/// Follows it with a bar to the end, and prints what it came to.
int ShowJob(Rest& rest, const ClientOptions& client, const JsonValue& job, const std::string& name,
            void (*print)(const JsonValue&)) {
  const Result<JsonValue> done = FollowJobWithBar(rest, job.FindString("id"), name);
  if (!done.ok()) return Fail(done.error());
  if (client.output != OutputFormat::kTable) return PrintDocument(done);
  print(*done);
  return kExitOk;
}

}  // namespace

int RunIndexCreate(const Context& context, const ClientOptions& client, const IndexOptions& options) {
  Rest rest(context, client);
  Result<JsonValue> job = rest.Post("/vectors/index", BodyOf(options));
  if (!job.ok() || options.wait == IndexOptions::Wait::kNot) return PrintDocument(job);
  return ShowJob(rest, client, *job, options.name, PrintBuilt);
}

int RunIndexRefresh(const Context& context, const ClientOptions& client, const RefreshOptions& options) {
  Rest rest(context, client);
  const Result<JsonValue> index = rest.Get(IndexPath(options.index));
  if (!index.ok()) return Fail(index.error());
  const std::string path = "/vectors/refresh/" + UrlEncode(index->FindString("source"));
  const JsonValue body = JsonValue::MakeObject({{"index_name", options.index}});
  Result<JsonValue> job = rest.PostForJob(path, body);
  if (!job.ok() || options.wait == IndexOptions::Wait::kNot) return PrintDocument(job);
  return ShowJob(rest, client, *job, options.index, PrintRefreshed);
}

int RunIndexPolicy(const Context& context, const ClientOptions& client, const RefreshPolicyOptions& options) {
  JsonValue body = JsonValue::MakeObject();
  SetPolicy(&body, options);
  const Result<JsonValue> index = Rest(context, client).Patch(IndexPath(options.index), body);
  if (!index.ok() || client.output != OutputFormat::kTable) return PrintDocument(index);
  fmt::print("{} is refreshed by policy {}\n", index->FindString("index_name"),
             index->FindString("embedding_refresh_policy"));
  return kExitOk;
}

int RunIndexMove(const Context& context, const ClientOptions& client, const MoveOptions& options) {
  Rest rest(context, client);
  const JsonValue body = JsonValue::MakeObject({{"bucket", options.bucket}});
  const Result<JsonValue> job = rest.PatchForJob(IndexPath(options.index), body);
  if (!job.ok() || options.wait == IndexOptions::Wait::kNot) return PrintDocument(job);
  // An index that is there already comes without a job.
  if (job->Find("index_name") != nullptr && client.output != OutputFormat::kTable) return PrintDocument(job);
  if (job->Find("index_name") != nullptr) {
    fmt::print("{} is in bucket {} already\n", options.index, options.bucket);
    return kExitOk;
  }
  return ShowJob(rest, client, *job, options.index, PrintMoved);
}

int RunIndexList(const Context& context, const ClientOptions& client, const ListOptions& options) {
  return PrintList(Rest(context, client).List("/vectors/indexes", options.limit),
                   {"index_name", "state", "source", "text_column", "model", "rows", "chunks", "stale"},
                   client.output);
}

int RunIndexShow(const Context& context, const ClientOptions& client, const std::string& name) {
  Result<JsonValue> index = Rest(context, client).Get(IndexPath(name));
  if (!index.ok() || client.output != OutputFormat::kTable) return PrintDocument(index);
  for (const auto& [member, value] : index->as_object()) fmt::print("{:<15} {}\n", member, CellText(value));
  return kExitOk;
}

int RunIndexDrop(const Context& context, const ClientOptions& client, const std::string& name) {
  Result<JsonValue> dropped = Rest(context, client).Delete(IndexPath(name));
  if (!dropped.ok()) return Fail(dropped.error());
  fmt::print("dropped {}\n", name);
  return kExitOk;
}

int RunSearch(const Context& context, const ClientOptions& client, const SearchOptions& options) {
  const Result<JsonValue> answer = Rest(context, client).Post("/vectors/search", SearchBody(options));
  if (!answer.ok() || client.output != OutputFormat::kTable) return PrintDocument(answer);
  PrintHits(*answer);
  return kExitOk;
}

}  // namespace lake::app
