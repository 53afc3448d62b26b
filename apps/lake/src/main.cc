#include <clocale>

#include "cli/command_line.h"

int main(int argc, char** argv) {
  // Character widths in tables. There are no other threads yet.
  std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe)
  return lake::app::RunCommandLine(argc, argv);
}
