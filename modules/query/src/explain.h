// What of a plan a caller may see.
//
// The engine's plan knows too much to be cleaned: below the user's statement lie files, predicates and masks
// that say what the caller may not see, and even its shape tells of statistics (a filter that finds nothing
// becomes an empty result, the smaller side of a join is built first). So only an admin gets it; everybody
// else gets a tree made from the text they wrote, which holds nothing that they did not know.
#pragma once

#include "lake/access/request.h"
#include "lake/engine/engine.h"
#include "lake/query/query_service.h"

namespace lake::query {

/// The one place that decides it.
QueryPlan::View PlanViewFor(const access::Request& request);

/// The operators that a parsed statement asks for, from the last to the first: LIMIT, ORDER_BY, DISTINCT,
/// PROJECTION, WINDOW, AGGREGATE, FILTER, JOIN, SCAN… `written` is the tree before any rewriting.
engine::PlanOperator OutlineStatement(const engine::SelectTree& written);

}  // namespace lake::query
