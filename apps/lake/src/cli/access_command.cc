// lake key, lake role and lake audit: who may come in, what they see, and what they asked.
#include <cstdio>

#include "commands.h"
#include "exit_code.h"
#include "new_key_file.h"
#include "request_body.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {
namespace {

constexpr int64_t kMaxKeys = 100'000;

std::string RolePath(const std::string& name) { return "/access/roles/" + UrlEncode(name); }

/// The id of the key in force that has the name; the text itself when there is none, which may be an id.
Result<std::string> FindKeyId(Rest& rest, const std::string& key) {
  LAKE_ASSIGN_OR_RETURN(const JsonValue::Array keys, rest.List("/access/keys", kMaxKeys));
  for (const JsonValue& item : keys) {
    const JsonValue* revoked = item.Find("revoked_at");
    if (item.FindString("name") == key && (revoked == nullptr || revoked->is_null()))
      return std::string(item.FindString("id"));
  }
  return key;
}

/// A rule as one word: "clear", "mask(3,2)".
std::string RuleText(const JsonValue& rule) {
  if (rule.is_string()) return rule.as_string();
  const JsonValue* mask = rule.Find("mask");
  if (mask == nullptr) return WriteJson(rule);
  return fmt::format("mask({},{})", CellText(*mask->Find("keep_prefix")),
                     CellText(*mask->Find("keep_suffix")));
}

Result<JsonValue> CreateKey(Rest& rest, const KeyOptions& options) {
  JsonValue wanted = JsonValue::MakeObject({{"name", options.name}, {"role", options.role}});
  if (!options.expires_at.empty()) wanted.Set("expires_at", options.expires_at);
  SetUnlessEmpty(&wanted, "profile", options.profile);
  return rest.Post("/access/keys", wanted);
}

/// A key that nobody could read is not left in force.
Error NotSaved(Rest& rest, const Error& why, std::string_view id) {
  const Result<JsonValue> revoked = rest.Delete("/access/keys/" + UrlEncode(id));
  return Error(why.code(), why.reason(),
               revoked.ok() ? fmt::format("{}; the new key is lost and was revoked", why.message())
                            : fmt::format("{}; the new key is lost: revoke it with 'lake key revoke {}'",
                                          why.message(), id));
}

/// The file comes before the key: what the server made could not be shown again.
int RunKeySave(Rest& rest, const ClientOptions& client, const KeyOptions& options) {
  Result<NewKeyFile> file = NewKeyFile::Create(options.save);
  if (!file.ok()) return Fail(file.error());
  Result<JsonValue> created = CreateKey(rest, options);
  if (!created.ok()) return Fail(created.error());
  const std::string key(created->FindString("key"));
  if (key.empty()) return Fail(Internal("bad_answer", "the server's answer has no key"));
  if (const Status saved = file->Save(key); !saved.ok())
    return Fail(NotSaved(rest, saved.error(), created->FindString("id")));
  created->Erase("key");
  if (client.output != OutputFormat::kTable) return PrintDocument(created);
  fmt::print("The key of '{}' (role {}) is in {}: use it with --key-file.\n", options.name, options.role,
             options.save);
  return kExitOk;
}

}  // namespace

int RunKeyCreate(const Context& context, const ClientOptions& client, const KeyOptions& options) {
  Rest rest(context, client);
  if (!options.save.empty()) return RunKeySave(rest, client, options);
  Result<JsonValue> created = CreateKey(rest, options);
  if (!created.ok() || client.output != OutputFormat::kTable) return PrintDocument(created);
  fmt::print("{}\n", created->FindString("key"));
  fmt::print(stderr, "This is the key of '{}' (role {}). It is not shown again: keep it now.\n", options.name,
             options.role);
  return kExitOk;
}

int RunKeyList(const Context& context, const ClientOptions& client, const ListOptions& options) {
  return PrintList(
      Rest(context, client).List("/access/keys", options.limit),
      {"id", "name", "role", "created_at", "expires_at", "revoked_at", "last_used_at", "profile"},
      client.output);
}

int RunKeyRevoke(const Context& context, const ClientOptions& client, const std::string& key) {
  Rest rest(context, client);
  Result<std::string> id = FindKeyId(rest, key);
  if (!id.ok()) return Fail(id.error());
  Result<JsonValue> revoked = rest.Delete("/access/keys/" + UrlEncode(*id));
  if (!revoked.ok()) return Fail(revoked.error());
  fmt::print("revoked the key of '{}'\n", revoked->FindString("name"));
  return kExitOk;
}

int RunRoleList(const Context& context, const ClientOptions& client, const ListOptions&) {
  Result<JsonValue> roles = Rest(context, client).Get("/access/roles");
  if (!roles.ok()) return Fail(roles.error());
  const JsonValue* items = roles->Find("items");
  return PrintList(items == nullptr ? JsonValue::Array() : items->as_array(),
                   {"name", "permissions", "datasets", "row_filters"}, client.output);
}

int RunRoleShow(const Context& context, const ClientOptions& client, const std::string& name) {
  return PrintDocument(Rest(context, client).Get(RolePath(name)));
}

int RunRolePut(const Context& context, const ClientOptions& client, const std::string& file) {
  Result<std::string> text = ReadText(file);
  if (!text.ok()) return Fail(text.error());
  Result<JsonValue> role = ParseJson(*text);
  if (!role.ok()) return Fail(role.error());
  Result<JsonValue> put = Rest(context, client).Post("/access/roles", *role);
  if (!put.ok()) return Fail(put.error());
  fmt::print("role '{}' is in force\n", put->FindString("name"));
  return kExitOk;
}

int RunRoleDelete(const Context& context, const ClientOptions& client, const std::string& name) {
  Result<JsonValue> deleted = Rest(context, client).Delete(RolePath(name));
  if (!deleted.ok()) return Fail(deleted.error());
  fmt::print("deleted the definition of role '{}'\n", name);
  return kExitOk;
}

int RunRoleCheck(const Context& context, const ClientOptions& client, const CheckOptions& options) {
  JsonValue wanted = JsonValue::MakeObject({{"dataset", options.dataset}});
  if (!options.role.empty()) wanted.Set("role", options.role);
  Result<JsonValue> checked = Rest(context, client).Post("/access/check", wanted);
  if (!checked.ok() || client.output != OutputFormat::kTable) return PrintDocument(checked);
  if (const JsonValue* reason = checked->Find("reason"); reason != nullptr) {
    fmt::print("{}\n", CellText(*reason));
    return kExitOk;
  }
  const JsonValue* filter = checked->Find("row_filter");
  if (filter != nullptr) fmt::print("rows where {}\n\n", CellText(*filter));
  JsonValue::Array columns = checked->Find("columns")->as_array();
  for (JsonValue& column : columns) column.Set("rule", RuleText(*column.Find("rule")));
  return PrintList(columns, {"name", "type", "sensitivity", "rule", "reason"}, client.output);
}

int RunAudit(const Context& context, const ClientOptions& client, const AuditOptions& options) {
  std::string path = "/access/audit";
  for (const auto& [name, value] : {std::pair<std::string_view, const std::string&>("caller", options.caller),
                                    {"dataset", options.dataset},
                                    {"decision", options.decision}})
    if (!value.empty())
      path += fmt::format("{}{}={}", path.contains('?') ? "&" : "?", name, UrlEncode(value));
  return PrintList(Rest(context, client).List(path, options.limit),
                   {"time", "caller", "role", "decision", "error", "rows", "elapsed_ms", "statement"},
                   client.output);
}

}  // namespace lake::app
