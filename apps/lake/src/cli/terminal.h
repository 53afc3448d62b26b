// What is on the other end of stdout and stderr, and tables and progress bars for a person's terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/jobs/job.h"

namespace lake::app {

enum class Stream { kOut, kErr };
bool IsTerminal(Stream stream);

/// Columns the text takes on a terminal (combining marks take none, wide characters two).
size_t DisplayWidth(std::string_view utf8);

/// Text as it may be printed on a terminal: control characters but line ends and tabs are shown as "·", for
/// they would do something. `utf8` has whole characters.
std::string WithoutControls(std::string_view utf8);
/// The first 100 characters on one line, "…" behind them when there are more.
std::string OneLine(std::string_view utf8);

struct TableColumn {
  std::string name;
  enum class Align { kLeft, kRight } align = Align::kLeft;
};
/// A table with a header and rules; cells longer than 60 columns are cut with "…", control characters shown
/// as "·".
std::string FormatTable(const std::vector<TableColumn>& columns,
                        const std::vector<std::vector<std::string>>& rows);

/// "12.3 MiB", "1,234,567", "0.42 s".
std::string FormatBytes(uint64_t bytes);
std::string FormatCount(uint64_t count);
std::string FormatSeconds(double seconds);

/// One line on stderr that is rewritten in place; silent when stderr is no terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string label);
  ~ProgressBar();  ///< Clears the line.
  void Show(uint64_t done, std::optional<uint64_t> total, std::string_view unit);
  void Clear();

 private:
  std::string label_;
  int64_t shown_at_ms_ = 0;
  size_t shown_columns_ = 0;
};

}  // namespace lake::app
