// Lines from a person at a terminal: edited, remembered, completed. The library behind it is libedit.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/cancel.h"

namespace lake::app {

/// What Tab may put in place of the last `replaced` bytes before the cursor. Candidates begin with them, in
/// some case, unless they had to be quoted.
struct Completion {
  size_t replaced = 0;
  std::vector<std::string> candidates;
};

struct LineEditorOptions {
  std::string history_file;  ///< "" keeps nothing. Made with mode 0600.
  std::function<Completion(std::string_view before_cursor, std::string_view after_cursor)> complete;
  CancelToken cancel;  ///< Ends the input.
};

struct LineInput {
  enum class Kind {
    kLine,
    kInterrupted,  ///< Ctrl-C: what was typed does not count.
    kEnd,          ///< Ctrl-D on an empty line, the terminal went away, or cancelled.
  } kind = Kind::kEnd;
  std::string line;  ///< Without a line end at its end; an entry of the history may have some inside.
};

/// Of stdin and stdout. One thread.
class LineEditor {
 public:
  explicit LineEditor(LineEditorOptions options);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  LineInput ReadLine(const std::string& prompt);
  /// Adds to the history, in memory and on disk. A disk that refuses is no reason to stop.
  void Remember(const std::string& entry);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace lake::app
