// lake sql on a terminal: statements as they are typed.
#pragma once

#include "commands.h"
#include "interrupt.h"

namespace lake::app {

/// Until the person leaves; returns an exit code. Stdin and stdout must be terminals.
int RunSqlShell(Interrupt& interrupt, const ClientOptions& client, const SqlOptions& options);

}  // namespace lake::app
