// SQL's words for who asks and where (user, current_user, session_user, current_role, current_catalog,
// current_schema) are written like columns. Where a statement has no such column the engine takes them for
// functions and answers with names of its own, which mean nothing here.
#pragma once

#include <set>
#include <string>

#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::query {

/// `columns`: names, in lower case, of the columns of the statement's datasets; what the statement itself
/// names is found in `tree`. Error: permission_denied/not_allowed_in_sql with the position of the word.
Status CheckSessionWords(const JsonValue& tree, std::set<std::string> columns);

}  // namespace lake::query
