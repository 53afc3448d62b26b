// lake index promote, rollback and promoted: which configuration an index is to have.
#include <cstdio>
#include <ranges>

#include "commands.h"
#include "exit_code.h"
#include "request_body.h"
#include "rest.h"

namespace lake::app {
namespace {

/// In the order of the columns.
const std::vector<std::string> kMembers = {"index_name",  "trial_id",    "ef_construction",
                                           "ef_search",   "seed",        "live",
                                           "promoted_at", "promoted_by", "note"};

/// Programs that read JSON get what the server sends.
bool WantsRows(OutputFormat output) { return output == OutputFormat::kTable || output == OutputFormat::kCsv; }

std::string PathOf(const std::string& word, const std::string& index) {
  return "/vectors/hnsw/" + word + "/" + UrlEncode(index);
}

/// A promotion with the members of its configuration beside the others.
JsonValue RowOf(std::string_view index_name, const JsonValue& promotion) {
  JsonValue row = JsonValue::MakeObject({{"index_name", index_name}});
  for (const auto& [member, value] : promotion.as_object())
    if (member != "config") row.Set(member, value);
  if (const JsonValue* config = promotion.Find("config"); config != nullptr && config->is_object())
    for (const auto& [member, value] : config->as_object()) row.Set(member, value);
  return row;
}

/// What is promoted now; nothing when nothing is.
std::optional<JsonValue> CurrentRow(const JsonValue& state) {
  const JsonValue* current = state.Find("current");
  if (current == nullptr || !current->is_object()) return std::nullopt;
  JsonValue row = RowOf(state.FindString("index_name"), *current);
  row.Set("live", Says(state, "live"));
  return row;
}

/// The newest first.
JsonValue::Array RowsOf(const JsonValue& state) {
  JsonValue::Array rows;
  if (std::optional<JsonValue> current = CurrentRow(state)) rows.push_back(*std::move(current));
  const JsonValue* history = state.Find("history");
  if (history == nullptr || !history->is_array()) return rows;
  for (const JsonValue& former : std::views::reverse(history->as_array()))
    rows.push_back(RowOf(state.FindString("index_name"), former));
  return rows;
}

int PrintState(const ClientOptions& client, const Result<JsonValue>& state) {
  if (!state.ok() || client.output != OutputFormat::kTable) return PrintDocument(state);
  const std::string_view index = state->FindString("index_name");
  const std::optional<JsonValue> current = CurrentRow(*state);
  if (current)
    fmt::print("{}: ef_construction {}, ef_search {} of {}", index,
               CellText(*current->Find("ef_construction")), CellText(*current->Find("ef_search")),
               current->FindString("trial_id"));
  else
    fmt::print("{}: nothing is promoted, it has the configuration it was made with", index);
  fmt::print("{}\n",
             Says(*state, "live") ? "; live" : fmt::format("; live after: lake index refresh {}", index));
  return kExitOk;
}

}  // namespace

int RunIndexPromote(const Context& context, const ClientOptions& client, const PromoteOptions& options) {
  JsonValue body = JsonValue::MakeObject();
  SetUnlessEmpty(&body, "note", options.note);
  const std::string path = PathOf("promote", options.index) + "/" + UrlEncode(options.trial);
  return PrintState(client, Rest(context, client).Post(path, body));
}

int RunIndexRollback(const Context& context, const ClientOptions& client, const std::string& index) {
  return PrintState(client, Rest(context, client).Post(PathOf("rollback", index), JsonValue()));
}

int RunIndexPromoted(const Context& context, const ClientOptions& client, const PromotedOptions& options) {
  Rest rest(context, client);
  if (!options.index.empty()) {
    const Result<JsonValue> state = rest.Get(PathOf("promoted", options.index));
    if (!state.ok() || !WantsRows(client.output)) return PrintDocument(state);
    return PrintList(RowsOf(*state), kMembers, client.output);
  }
  const Result<JsonValue::Array> states = rest.List("/vectors/hnsw/promoted", options.limit);
  if (!states.ok() || !WantsRows(client.output)) return PrintList(states, kMembers, client.output);
  JsonValue::Array rows;
  for (const JsonValue& state : *states)
    if (std::optional<JsonValue> current = CurrentRow(state)) rows.push_back(*std::move(current));
  return PrintList(rows, kMembers, client.output);
}

}  // namespace lake::app
