// Somebody's rights became fewer, or other ones: what runs on the old ones is stopped.
#pragma once

#include <functional>
#include <string>

#include "lake/catalog/version.h"

namespace lake::access {

struct RightsChange {
  std::string caller;  ///< Name of the principal; empty: of everybody with `role`.
  std::string role;
  catalog::Version version;  ///< Requests on an earlier snapshot still have the old rights.
};

/// Called after the commit, on the thread of its caller; must not block.
using RightsListener = std::function<void(const RightsChange& change)>;

}  // namespace lake::access
