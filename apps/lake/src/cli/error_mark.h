// Where in a statement an error is, shown as compilers do.
#pragma once

#include <string>

#include "lake/common/error.h"
#include "sql_text.h"

namespace lake::app {

/// The line of the statement with a caret below the place, two lines; "" when the error names no place in it:
///
///   line 2: FROM candidate
///                ^
std::string MarkError(const Error& error, const SqlStatement& statement);

}  // namespace lake::app
