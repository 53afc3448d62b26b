// Request: what a service function of layer 4 and above is told about the call it serves. A small value: who
// asks, what their role lets them do, how long it may take, and the one snapshot it reads from start to end.
#pragma once

#include <string>

#include "lake/access/permission.h"
#include "lake/access/role.h"
#include "lake/catalog/snapshot.h"
#include "lake/common/context.h"

namespace lake::access {

struct Principal {
  std::string name;  ///< Key name, or "local" when authentication is off. Unique among keys in force.
  std::string role;
};

struct Request {
  Principal caller;
  RoleRef role;  ///< As of the snapshot. Null when nobody said who calls: public routes only.
  Context context;
  catalog::SnapshotRef snapshot;

  /// Whether the caller's role includes the permission.
  bool Has(Permission permission) const;
};

/// Who calls while authentication is off: the person at this machine.
inline constexpr std::string_view kLocalCaller = "local";
Request LocalAdmin(Context context, catalog::SnapshotRef snapshot);

/// Errors: permission_denied/forbidden; unauthenticated/no_credentials for a caller without a role.
Status Require(const Request& request, Permission permission);

}  // namespace lake::access
