// "system.<name>" in a statement: who has its rows, and taking them.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "lake/common/json.h"
#include "lake/engine/read_set.h"
#include "lake/query/relation_provider.h"

namespace lake::query {

/// Folded. Datasets have no schema.
inline constexpr std::string_view kSystemSchema = "system";

/// The provider of the name, in any case. Error: not_found/system_table_not_found.
Result<const RelationProvider*> FindRelation(const RelationProviders& providers, std::string_view name);

/// Takes the rows into the read set: the name they have there. Errors: those of the provider.
Result<std::string> OpenRelation(const RelationProvider& provider, const access::Request& request,
                                 engine::ReadSet& read_set);

/// "system.datasets.name" becomes "datasets.name" wherever a column is named: in place of the table is a
/// subquery, which has a name but no schema. `names` are the relations that the statement reads.
void DropSchemaFromColumns(JsonValue& tree, const std::set<std::string, std::less<>>& names);

}  // namespace lake::query
