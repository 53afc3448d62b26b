#include "lake/access/request.h"

#include <utility>

namespace lake::access {

bool Request::Has(Permission permission) const {
  return role == nullptr ? permission == Permission::kPublic : role->Has(permission);
}

Request LocalAdmin(Context context, catalog::SnapshotRef snapshot) {
  return {.caller = {.name = std::string(kLocalCaller), .role = std::string(kAdminRole)},
          .role = BuiltInRole(kAdminRole),
          .context = std::move(context),
          .snapshot = std::move(snapshot)};
}

Status Require(const Request& request, Permission permission) {
  if (request.Has(permission)) return {};
  if (request.role == nullptr) return Unauthenticated("no_credentials", "this route needs an API key");
  return PermissionDenied("forbidden", "role '{}' may not use this route: it needs the permission '{}'",
                          request.caller.role, NameOf(permission));
}

}  // namespace lake::access
