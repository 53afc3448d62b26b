// lake dataset and lake job: what is there, and the small changes to it.
#include <cstdio>

#include "commands.h"
#include "exit_code.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {
namespace {

std::string DatasetPath(const std::string& name) { return "/catalog/datasets/by-name/" + UrlEncode(name); }

}  // namespace

int RunDatasetList(const Context& context, const ClientOptions& client, const ListOptions& options) {
  return PrintList(Rest(context, client).List("/catalog/datasets", options.limit),
                   {"name", "row_count", "bucket", "version", "updated_at"}, client.output);
}

int RunDatasetShow(const Context& context, const ClientOptions& client, const std::string& name) {
  Result<JsonValue> dataset = Rest(context, client).Get(DatasetPath(name));
  if (!dataset.ok() || client.output != OutputFormat::kTable) return PrintDocument(dataset);
  for (std::string_view member : {"name", "id", "bucket", "row_count", "version", "created_at", "updated_at"})
    if (const JsonValue* value = dataset->Find(member); value != nullptr)
      fmt::print("{:<11} {}\n", member, CellText(*value));
  fmt::print("\n");
  if (const JsonValue* columns = dataset->Find("columns"); columns != nullptr && columns->is_array())
    return PrintList(columns->as_array(), {"field_id", "name", "type"}, client.output);
  return kExitOk;
}

int RunDatasetDrop(const Context& context, const ClientOptions& client, const std::string& name) {
  Result<JsonValue> dropped = Rest(context, client).Delete(DatasetPath(name));
  if (!dropped.ok()) return Fail(dropped.error());
  fmt::print("dropped {}; `lake dataset undrop {}` brings it back\n", name, name);
  return kExitOk;
}

int RunDatasetUndrop(const Context& context, const ClientOptions& client, const std::string& name) {
  Result<JsonValue> dataset = Rest(context, client).Post(DatasetPath(name) + "/undrop", JsonValue());
  if (!dataset.ok()) return Fail(dataset.error());
  fmt::print("{} is back\n", name);
  return kExitOk;
}

int RunDatasetVersions(const Context& context, const ClientOptions& client, const std::string& name) {
  return PrintList(Rest(context, client).List(DatasetPath(name) + "/versions", 10'000),
                   {"version", "time", "operation", "actor", "rows", "bytes"}, client.output);
}

int RunJobList(const Context& context, const ClientOptions& client, const ListOptions& options) {
  return PrintList(Rest(context, client).List("/jobs", options.limit),
                   {"id", "kind", "state", "created_at", "finished_at", "actor"}, client.output);
}

int RunJobShow(const Context& context, const ClientOptions& client, const std::string& id) {
  return PrintDocument(Rest(context, client).Get("/jobs/" + UrlEncode(id)));
}

int RunJobCancel(const Context& context, const ClientOptions& client, const std::string& id) {
  return PrintDocument(Rest(context, client).Delete("/jobs/" + UrlEncode(id)));
}

}  // namespace lake::app
