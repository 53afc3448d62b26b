// Exit codes of the command line, for scripts.
#pragma once

#include "lake/common/error.h"

namespace lake::app {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitNotFound = 3,
  kExitDenied = 4,
  kExitConflict = 5,
  kExitUnavailable = 6,
  kExitPartial = 7,
  kExitInterrupted = 130,
};

ExitCode ExitCodeOf(const Error& error);
/// Prints "lake: sentence", its details and what to do about a missing key to stderr and returns the exit
/// code.
ExitCode Fail(const Error& error);

}  // namespace lake::app
