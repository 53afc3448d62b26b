// A dataset's rows as one caller sees them: the mask of every column, in trusted SQL over the relation of
// `tables`.
#pragma once

#include <string>

#include "lake/access/decision.h"
#include "lake/tables/relation.h"

namespace lake::query {

/// Name of the unmasked rows inside the SELECT, for a row filter.
inline constexpr std::string_view kUnmaskedRows = "lake_rows";

/// "SELECT <columns as the caller sees them> FROM (<relation>) AS lake_rows"; the row filter is not in it.
std::string GovernedSelect(const tables::Relation& relation, const access::Decision& decision);

}  // namespace lake::query
