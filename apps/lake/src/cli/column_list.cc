#include "column_list.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "terminal.h"

namespace lake::app {

ScreenSize TerminalSize() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {};
  return {.rows = size.ws_row, .columns = size.ws_col};
}

std::string FormatColumns(const std::vector<std::string>& items) {
  if (items.empty()) return "";
  size_t width = 0;
  for (const std::string& item : items) width = std::max(width, DisplayWidth(item) + 2);
  const size_t across = std::max<size_t>(1, TerminalSize().columns / width);
  const size_t lines = (items.size() + across - 1) / across;
  std::string text;
  for (size_t line = 0; line < lines; ++line) {
    for (size_t i = line; i < items.size(); i += lines) {
      const bool last = i + lines >= items.size();
      text += items[i] + (last ? "\n" : std::string(width - DisplayWidth(items[i]), ' '));
    }
  }
  return text;
}

}  // namespace lake::app
