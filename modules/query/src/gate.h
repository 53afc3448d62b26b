// The gate: looks at every node of a user's statement before anything is resolved, and refuses what is not
// known to be harmless. It changes nothing; relation_compiler.h replaces the tables afterwards.
#pragma once

#include <cstdint>

#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/query/provided_function.h"

namespace lake::query {

struct GateLimits {
  uint64_t max_tree_nodes = 0;
  size_t max_tables = 0;
  const ProvidedFunctions* functions = nullptr;  ///< That may be called beside the engine's; null: none.
};

/// `tree` is the document of one SELECT as the engine serialises it.
/// Errors: permission_denied/not_allowed_in_sql naming the function or construct, with its position;
/// resource_exhausted/statement_too_complex.
Status CheckStatement(const JsonValue& tree, const GateLimits& limits);

/// Detail of an error at a node: pointer "/sql", message "at byte N". Unchanged when the node has no
/// position.
Error AtNode(Error error, const JsonValue& node);

}  // namespace lake::query
