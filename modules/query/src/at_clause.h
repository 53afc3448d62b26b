// AT (VERSION => n) and AT (TIMESTAMP => t): which version of a dataset a table reference means.
#pragma once

#include "lake/catalog/dataset.h"
#include "lake/catalog/version.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::query {

/// `at_clause` is the node's member, null when the statement has none: then `current` is the answer.
/// Errors: invalid_argument/bad_version (no constant, in the future, or before the dataset existed).
Result<catalog::Version> ResolveAtClause(const JsonValue* at_clause, const catalog::Dataset& dataset,
                                         catalog::Version current);

}  // namespace lake::query
