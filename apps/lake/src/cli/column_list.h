// Short texts side by side, as `ls` shows them.
#pragma once

#include <string>
#include <vector>

namespace lake::app {

struct ScreenSize {
  size_t rows = 24;
  size_t columns = 80;
};
/// Of the terminal on stdout; the default when it does not tell.
ScreenSize TerminalSize();

/// Reads down, then right; each line ends with a line end and fits the screen.
std::string FormatColumns(const std::vector<std::string>& items);

}  // namespace lake::app
