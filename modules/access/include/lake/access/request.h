// Request: what a service function of layer 4 and above is told about the call it serves. A small value: who
// asks, how long it may take, and the one snapshot it reads from start to end.
#pragma once

#include <string>

#include "lake/access/permission.h"
#include "lake/catalog/snapshot.h"
#include "lake/common/context.h"

namespace lake::access {

struct Principal {
  std::string name;  ///< Key name, or "local" when authentication is off.
  std::string role;
};

struct Request {
  Principal caller;
  Context context;
  catalog::SnapshotRef snapshot;
};

/// The caller while authentication is off: the person at this machine.
Principal LocalAdmin();

/// Errors: permission_denied/forbidden; unauthenticated/no_credentials for a principal without a role.
Status Require(const Principal& caller, Permission permission);

}  // namespace lake::access
