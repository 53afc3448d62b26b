// One statement of `lake sql`, also for the interactive shell.
#pragma once

#include <functional>
#include <string>

#include "commands.h"
#include "rest.h"

namespace lake::app {

/// Rows for a person.
struct RowsTable {
  std::string table;  ///< Ends with a line end.
  std::string count;  ///< "4 rows", and whether there are more.
  double seconds = 0;
};
using ShowTable = std::function<Status(const RowsTable& rows)>;

/// Sends the statement; a table goes to `show`, every other form to stdout as it comes.
Status RunStatement(Rest& rest, OutputFormat output, const std::string& sql, const SqlOptions& options,
                    const ShowTable& show);

}  // namespace lake::app
