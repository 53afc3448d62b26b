// What Tab offers in a SQL statement.
#pragma once

#include <string_view>

#include "catalog_names.h"
#include "line_editor.h"

namespace lake::app {

/// Datasets and searches behind FROM and JOIN; columns of the datasets that the statement names, of one of
/// them behind "alias."; keywords. `before` and `after` are the statement on both sides of the cursor; a part
/// in quotes is a name.
Completion CompleteSql(std::string_view before, std::string_view after, CatalogNames& names);

/// Those of `words` that begin with `typed` in any case.
Completion CompleteWord(std::string_view typed, const std::vector<std::string>& words);

}  // namespace lake::app
