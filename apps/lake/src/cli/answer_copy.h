// An answer on its way to stdout, and what it says at its end went wrong after it had begun.
#pragma once

#include <string>
#include <string_view>

#include "commands.h"
#include "lake/app/http_client.h"

namespace lake::app {

/// Copies bytes as they come. A JSON answer tells of a failure in its own member "error" and is copied as a
/// whole; in NDJSON the failure is a last line, which is no row and therefore kept back. The other forms
/// break off.
class AnswerCopy {
 public:
  explicit AnswerCopy(OutputFormat output) : output_(output) {}

  /// Error: cancelled/interrupted when nobody reads stdout any more.
  Status Take(std::string_view piece);
  /// After the last piece. Error: the one that the answer tells of.
  Status End(const HttpResponse& response);

 private:
  Status TakeLines(std::string_view piece);
  Status EndOfDocument() const;

  const OutputFormat output_;
  std::string
      end_;  ///< JSON: the last bytes, copied already. NDJSON: the line that may be no row, not copied.
  bool inside_line_ = false;  ///< NDJSON: the beginning of the next bytes' line was copied.
};

}  // namespace lake::app
