// The command line: words and options in, the command that runs them out.
#pragma once

namespace lake::app {

/// Runs one command; the result is the process's exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace lake::app
