#include <clocale>

#include "cli/command_line.h"

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "C.UTF-8");  // Character widths in tables.
  return lake::app::RunCommandLine(argc, argv);
}
