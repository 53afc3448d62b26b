// The demo's part about rights: columns are classified, and the same question is asked in two roles.
#pragma once

#include <string>

#include "lake/common/context.h"
#include "lake/common/result.h"

namespace lake::app {

/// Over HTTP like anybody, on a server that holds the table `candidates` and lets its local user in as
/// administrator. Errors: those of the requests; internal/not_masked when a role sees what it must not.
Status ShowRoles(const Context& context, const std::string& url);

}  // namespace lake::app
