// The statements of earlier sessions, in a file that only their owner reads.
#pragma once

#include <string>

struct history;  // libedit's

namespace lake::app {

/// <state directory>/lakehouse/sql_history by the XDG rules; "" when the environment names no home.
std::string HistoryFile();

class LineHistory {
 public:
  /// Reads the file when there is one; "" keeps the history in memory. A file that cannot be read or written
  /// is passed over: a history is a convenience.
  explicit LineHistory(std::string file);
  ~LineHistory();
  LineHistory(const LineHistory&) = delete;
  LineHistory& operator=(const LineHistory&) = delete;

  /// Appends to the file at once, so that sessions side by side all keep theirs.
  void Add(const std::string& entry);
  struct history* get() const { return history_; }

 private:
  void Load();
  void Append(const std::string& entry) const;

  std::string file_;
  struct history* history_;
};

}  // namespace lake::app
