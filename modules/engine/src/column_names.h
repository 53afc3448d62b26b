// Names of columns, before anything is put into a statement.
#pragma once

#include "duckdb_prelude.h"

#include <string>
#include <vector>

#include "duckdb/parser/statement/select_statement.hpp"

namespace lake::engine {

/// A column without an alias is called after the text of its expression. Where a subquery is part of that,
/// the text would show what a table in it was replaced by: files, rules, columns that the caller may not know
/// of. So such columns get their names here, as an alias, from the text as it was written; of a very long one
/// the beginning, and deep in subqueries of subqueries a constant. The same goes for calls of the functions
/// named, in lower case.
void NameReplacedColumns(duckdb::SelectStatement& statement, const std::vector<std::string>& functions);

}  // namespace lake::engine
