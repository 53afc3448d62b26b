#include <optional>
#include <utility>

#include "lake/access/audit.h"
#include "lake/access/decision.h"
#include "lake/access/key_service.h"
#include "lake/access/role_service.h"
#include "lake/common/error_at.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/access.h"
#include "lake/gateway/wire/list.h"
#include "lake/profiles/profile_service.h"

namespace lake::gateway {
namespace {

using access::KeyService;
using access::Request;
using access::RoleService;

Result<wire::Page<access::Key>> ListKeys(const KeyService& keys, const Request& request,
                                         const wire::ListRequest& list) {
  LAKE_ASSIGN_OR_RETURN(std::string after, wire::ReadPageToken("keys", list.page_token));
  wire::Page<access::Key> page = {
      .items = keys.List(*request.snapshot, access::KeyId(std::move(after)), list.limit + 1),
      .next_page_token = {}};
  if (page.items.size() <= list.limit) return page;
  page.items.pop_back();
  page.next_page_token = wire::MakePageToken("keys", page.items.back().id.value());
  return page;
}

Result<wire::CreatedKey> CreateKey(KeyService& keys, const profiles::ProfileService& profiles,
                                   const Request& request, access::NewKey key) {
  if (key.profile) {
    const Result<profiles::ProfileInfo> profile = profiles.Find(request, *key.profile);
    if (!profile.ok()) return At(profile.error(), "/profile");
    key.profile = profile->record.id;
  }
  LAKE_ASSIGN_OR_RETURN(access::CreatedKey created, keys.Create(request, std::move(key)));
  return wire::CreatedKey{.id = created.key.id.value(),
                          .name = std::move(created.key.name),
                          .role = std::move(created.key.role),
                          .profile = std::move(created.key.profile),
                          .created_at = created.key.created_at,
                          .expires_at = created.key.expires_at,
                          .key = std::move(created.secret)};
}

/// The request as a holder of that role would make it.
Result<Request> InRole(const RoleService& roles, const Request& request, const std::string& name) {
  LAKE_RETURN_IF_ERROR(access::Require(request, Permission::kAdmin));
  Request as = request;
  as.caller.role = name;
  as.role = roles.Find(*request.snapshot, name);
  if (as.role == nullptr)
    return NotFound("role_not_found", "there is no role '{}'", name).WithDetail("/role", "is no role");
  return as;
}

/// What a query of the role would be told, and for an administrator what is wrong with the filter.
std::optional<std::string> FilterTrouble(const RoleService& roles, const Request& request,
                                         const wire::AccessChecked& checked, const catalog::Dataset& dataset,
                                         const std::string& filter) {
  if (filter.empty()) return std::nullopt;
  const Status fits = roles.CheckFilter(request.context, filter, dataset.schema().columns);
  if (fits.ok()) return std::nullopt;
  return fmt::format("the row filter of role '{}' does not fit dataset '{}'{}", checked.role, dataset.name,
                     request.Has(Permission::kAdmin) ? fmt::format(": {}", fits.error().message()) : "");
}

Result<wire::AccessChecked> Check(const RoleService& roles, const Request& request,
                                  const wire::CheckAccess& check) {
  Request as = request;
  if (check.role && *check.role != request.caller.role) {
    LAKE_ASSIGN_OR_RETURN(as, InRole(roles, request, *check.role));
  }
  wire::AccessChecked checked = {.dataset = check.dataset,
                                 .role = as.caller.role,
                                 .allowed = false,
                                 .reason = {},
                                 .columns = {},
                                 .rows_filtered = false,
                                 .row_filter = {}};
  // Who may know of every dataset is told when there is none, whatever the role may know.
  const bool admin = request.Has(Permission::kAdmin);
  if (admin) LAKE_RETURN_IF_ERROR(access::FindDataset(request, check.dataset));
  const auto dataset = access::FindDataset(as, check.dataset);
  if (!dataset.ok() && !dataset.error().Is(ErrorCode::kPermissionDenied)) return dataset.error();
  Result<access::Decision> decision = dataset.ok() ? access::Decide(as, **dataset, (*dataset)->schema())
                                                   : Result<access::Decision>(dataset.error());
  if (!decision.ok()) {
    if (!decision.error().Is(ErrorCode::kPermissionDenied)) return std::move(decision).error();
    checked.reason = decision.error().message();
    return checked;
  }
  checked.reason = FilterTrouble(roles, request, checked, **dataset, decision->row_filter());
  checked.allowed = !checked.reason;
  checked.rows_filtered = !decision->row_filter().empty();
  if (admin && checked.rows_filtered) checked.row_filter = decision->row_filter();
  for (const access::ColumnDecision& column : decision->columns())
    if (admin || column.visible())
      checked.columns.push_back({.name = column.column.name,
                                 .type = column.shown_type(),
                                 .sensitivity = column.sensitivity,
                                 .rule = column.rule,
                                 .reason = column.reason});
  return checked;
}

Result<wire::Page<access::AuditRecord>> ListAudit(access::AuditLog& audit, const Request& request,
                                                  const wire::ListAudit& list) {
  access::AuditQuery query = {
      .before = {}, .caller = list.caller, .dataset = list.dataset, .decision = list.decision};
  LAKE_ASSIGN_OR_RETURN(query.before, wire::ReadPageToken("audit", list.page_token));
  wire::Page<access::AuditRecord> page;
  LAKE_ASSIGN_OR_RETURN(page.items, audit.Read(request.context, query, list.limit + 1));
  if (page.items.size() <= list.limit) return page;
  page.items.pop_back();
  page.next_page_token = wire::MakePageToken("audit", page.items.back().id);
  return page;
}

void AddKeyRoutes(Api& api, KeyService& keys, const profiles::ProfileService& profiles) {
  api.Add<wire::ListRequest, wire::Page<access::Key>>(
      {Method::kGet, "/access/keys", "List API keys, revoked and expired ones included.", Permission::kAdmin},
      [&keys](const Request& request, const wire::ListRequest& list) {
        return ListKeys(keys, request, list);
      });
  api.Add<access::NewKey, wire::CreatedKey>(
      {Method::kPost, "/access/keys", "Make an API key; this answer is the only one that shows it.",
       Permission::kAdmin, Success::kCreated},
      [&keys, &profiles](const Request& request, access::NewKey key) {
        return CreateKey(keys, profiles, request, std::move(key));
      });
  api.Add<wire::NamedKey, access::Key>(
      {Method::kDelete, "/access/keys/{id}",
       "Revoke an API key: from the next request on it is refused, and what its holder runs is stopped.",
       Permission::kAdmin},
      [&keys](const Request& request, const wire::NamedKey& named) {
        return keys.Revoke(request, access::KeyId(named.id));
      });
}

void AddRoleRoutes(Api& api, RoleService& roles) {
  api.Add<Nothing, wire::Roles>({Method::kGet, "/access/roles", "List roles.", Permission::kAdmin},
                                [&roles](const Request& request, Nothing) -> Result<wire::Roles> {
                                  wire::Roles list;
                                  for (const access::RoleRef& role : roles.List(*request.snapshot))
                                    list.items.push_back(*role);
                                  return list;
                                });
  api.Add<access::Role, access::Role>(
      {Method::kPost, "/access/roles",
       "Define a role, new or anew; what its holders run on the old one is stopped.", Permission::kAdmin},
      [&roles](const Request& request, access::Role role) -> Result<access::Role> {
        LAKE_ASSIGN_OR_RETURN(const access::RoleRef put, roles.Put(request, std::move(role)));
        return *put;
      });
  api.Add<wire::NamedRole, access::Role>(
      {Method::kGet, "/access/roles/{name}", "Show a role.", Permission::kAdmin},
      [&roles](const Request& request, const wire::NamedRole& named) -> Result<access::Role> {
        const access::RoleRef role = roles.Find(*request.snapshot, named.name);
        if (role == nullptr) return NotFound("role_not_found", "there is no role '{}'", named.name);
        return *role;
      });
  api.Add<wire::NamedRole, Nothing>(
      {Method::kDelete, "/access/roles/{name}", "Delete a role; a built-in one is what it was again.",
       Permission::kAdmin},
      [&roles](const Request& request, const wire::NamedRole& named) {
        return roles.Delete(request, named.name);
      });
}

}  // namespace

void AddAccessRoutes(Api& api, const AccessParts& parts) {
  AddKeyRoutes(api, parts.keys, parts.profiles);
  AddRoleRoutes(api, parts.roles);
  api.Add<Nothing, wire::Caller>({Method::kGet, "/access/me", "Say who is calling.", Permission::kRead},
                                 [](const Request& request, Nothing) -> Result<wire::Caller> {
                                   return wire::Caller{.name = request.caller.name,
                                                       .role = request.caller.role,
                                                       .permissions = request.role->permissions};
                                 });
  api.Add<wire::ListAudit, wire::Page<access::AuditRecord>>(
      {Method::kGet, "/access/audit", "List what was asked, newest first: who, what, under which rules.",
       Permission::kAdmin},
      [&audit = parts.audit](const Request& request, const wire::ListAudit& list) {
        return ListAudit(audit, request, list);
      });
  api.Add<wire::CheckAccess, wire::AccessChecked>(
      {Method::kPost, "/access/check", "Explain, column by column, what a role sees of a dataset.",
       Permission::kRead},
      [&roles = parts.roles](const Request& request, const wire::CheckAccess& check) {
        return Check(roles, request, check);
      });
}

}  // namespace lake::gateway
