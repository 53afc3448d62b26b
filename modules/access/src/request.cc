#include "lake/access/request.h"

namespace lake::access {
namespace {

/// The most a built-in role may do on routes; columns and rows are decided per dataset.
Permission HighestPermission(const std::string& role) {
  if (role == "admin") return Permission::kAdmin;
  if (role == "recruiter" || role == "analyst") return Permission::kWrite;
  if (role == "agent") return Permission::kRead;
  return Permission::kPublic;
}

}  // namespace

Principal LocalAdmin() { return {.name = "local", .role = "admin"}; }

Status Require(const Principal& caller, Permission permission) {
  if (permission == Permission::kPublic) return {};
  if (caller.role.empty()) return Unauthenticated("no_credentials", "this route needs an API key");
  if (HighestPermission(caller.role) >= permission) return {};
  return PermissionDenied("forbidden", "role '{}' may not use this route: it needs the permission '{}'",
                          caller.role, NameOf(permission));
}

}  // namespace lake::access
