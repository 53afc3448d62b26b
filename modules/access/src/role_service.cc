#include "lake/access/role_service.h"

#include <algorithm>
#include <utility>

#include "key_record.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/common/json_pointer.h"

namespace lake::access {
namespace {

constexpr size_t kMaxRoles = 10'000;        // A list of them is one answer.
constexpr size_t kMaxColumnRules = 10'000;  // Of one dataset, which has no more columns.
constexpr size_t kMaxFilterBytes = 16u << 10;
constexpr size_t kMaxParsed = 1000;  // Roles kept parsed: more are read again, not kept.

Error BadRole(std::string pointer, std::string message) {
  Error error = InvalidArgument("bad_role", "{}: {}", pointer, message);
  error.AddDetail(std::move(pointer), std::move(message));
  return error;
}

bool IsRoleNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Two keys of one map that differ in case only would leave open which of them is meant.
template <class Value>
Status CheckNames(std::string_view member, const std::map<std::string, Value>& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(Fold(name));
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return BadRole(fmt::format("/{}", member), fmt::format("names '{}' twice", *twice));
}

Status CheckShape(const Role& role) {
  if (role.name.empty() || role.name.size() > 64 || !std::ranges::all_of(role.name, IsRoleNameByte))
    return BadRole("/name", "expected 1 to 64 of a-z, 0-9, '_' and '-'");
  if (std::ranges::find(role.permissions, Permission::kPublic) != role.permissions.end())
    return BadRole("/permissions", "'public' is for everybody; use read, write or admin");
  LAKE_RETURN_IF_ERROR(CheckNames("columns", role.columns));
  LAKE_RETURN_IF_ERROR(CheckNames("row_filters", role.row_filters));
  for (const auto& [dataset, rules] : role.columns) {
    std::string pointer = "/columns";
    AppendPointer(dataset, &pointer);
    if (rules.size() > kMaxColumnRules) return BadRole(std::move(pointer), "names too many columns");
    LAKE_RETURN_IF_ERROR(CheckNames(std::string_view(pointer).substr(1), rules));
  }
  return {};
}

}  // namespace

Status CheckRoleDocument(const JsonValue& document, const catalog::Entity*) {
  LAKE_ASSIGN_OR_RETURN(const Role role, FromJson<Role>(document, Reading::kTolerant));
  return CheckShape(role);
}

RoleRef RoleService::Find(const catalog::Snapshot& snapshot, std::string_view name) const {
  const std::shared_ptr<const catalog::Entity> entity = snapshot.FindEntity(kRoleKind, name);
  if (entity == nullptr) return BuiltInRole(name);
  {
    MutexLock lock(mutex_);
    const auto found = parsed_.find(name);
    if (found != parsed_.end() && found->second.entity == entity) return found->second.role;
  }
  Result<Role> read = FromJson<Role>(entity->document, Reading::kTolerant);
  // A definition that cannot be read gives nothing; it does not fall back to the built-in one.
  auto role = std::make_shared<const Role>(read.ok() ? std::move(*read) : Role{.name = std::string(name)});
  MutexLock lock(mutex_);
  if (parsed_.size() < kMaxParsed || parsed_.contains(name))
    parsed_.insert_or_assign(std::string(name), Parsed{entity, role});
  return role;
}

std::vector<RoleRef> RoleService::List(const catalog::Snapshot& snapshot) const {
  std::vector<RoleRef> roles;
  for (const RoleRef& built_in : BuiltInRoles()) roles.push_back(Find(snapshot, built_in->name));
  for (const auto& entity : snapshot.ListEntities(kRoleKind, "", kMaxRoles))
    if (BuiltInRole(entity->id) == nullptr) roles.push_back(Find(snapshot, entity->id));
  return roles;
}

Status RoleService::Check(const Request& request, const Role& role) const {
  LAKE_RETURN_IF_ERROR(CheckShape(role));
  if (role.name == kAdminRole)
    return FailedPrecondition("role_is_fixed",
                              "the role 'admin' cannot be changed: somebody must be able to");
  for (const auto& [dataset, condition] : role.row_filters) {
    std::string pointer = "/row_filters";
    AppendPointer(dataset, &pointer);
    if (condition.size() > kMaxFilterBytes)
      return BadRole(std::move(pointer), fmt::format("has more than {} bytes", kMaxFilterBytes));
    const auto known = request.snapshot->FindDatasetByName(dataset);
    const Status checked =
        check_filter_(request.context, condition, known == nullptr ? nullptr : &known->schema().columns);
    if (!checked.ok()) {
      std::string message = checked.error().message();
      Error error = checked.error();
      error.AddDetail(std::move(pointer), std::move(message));
      return error;
    }
  }
  return {};
}

Result<RoleRef> RoleService::Put(const Request& request, Role role) {
  LAKE_RETURN_IF_ERROR(Check(request, role));
  const catalog::SnapshotRef before = catalog_.snapshot();
  if (before->FindEntity(kRoleKind, role.name) == nullptr &&
      before->ListEntities(kRoleKind, "", kMaxRoles).size() >= kMaxRoles)
    return ResourceExhausted("too_many_roles", "there are {} roles already", kMaxRoles);
  catalog::Transaction transaction;
  transaction.operation = "put_role";
  transaction.actor = request.caller.name;
  transaction.actions.emplace_back(catalog::PutEntity{
      .kind = std::string(kRoleKind), .id = role.name, .expected_version = {}, .document = ToJson(role)});
  LAKE_ASSIGN_OR_RETURN(const catalog::CommitOutcome outcome,
                        catalog_.Commit(request.context, std::move(transaction)));
  Announce(role.name, outcome.version);
  return std::make_shared<const Role>(std::move(role));
}

Status RoleService::Delete(const Request& request, std::string_view name) {
  if (name == kAdminRole)
    return FailedPrecondition("role_is_fixed",
                              "the role 'admin' cannot be deleted: somebody must be able to");
  const catalog::SnapshotRef before = catalog_.snapshot();
  if (before->FindEntity(kRoleKind, name) == nullptr) {
    if (BuiltInRole(name) != nullptr) return {};  // It is what it was.
    return NotFound("role_not_found", "there is no role '{}'", name.substr(0, 100));
  }
  if (BuiltInRole(name) == nullptr && RoleOfKeyInForce(*before, name))
    return FailedPrecondition("role_in_use", "a key has the role '{}'; revoke it first", name);
  catalog::Transaction transaction;
  transaction.operation = "delete_role";
  transaction.actor = request.caller.name;
  transaction.actions.emplace_back(
      catalog::DeleteEntity{.kind = std::string(kRoleKind), .id = std::string(name), .expected_version = {}});
  LAKE_ASSIGN_OR_RETURN(const catalog::CommitOutcome outcome,
                        catalog_.Commit(request.context, std::move(transaction)));
  Announce(name, outcome.version);
  return {};
}

void RoleService::Announce(std::string_view role, catalog::Version version) const {
  if (listener_) listener_({.caller = {}, .role = std::string(role), .version = version});
}

}  // namespace lake::access
