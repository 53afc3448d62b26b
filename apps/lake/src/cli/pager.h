// Text that is larger than the screen goes through the person's pager.
#pragma once

#include <csignal>
#include <string>

namespace lake::app {

/// Prints the text: through $PAGER, else `less -SRFX`, when stdout is a terminal that it does not fit;
/// directly otherwise, and when there is no pager. Returns when the pager has ended. `child_signals` is what
/// the pager starts with as blocked signals. SIGPIPE must be ignored.
void PrintPaged(const std::string& text, const sigset_t& child_signals);

}  // namespace lake::app
