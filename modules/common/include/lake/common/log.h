// Structured log: one JSON line per event on stderr. An event has a stable name and named fields; a line that
// belongs to a request carries its trace id. Passed by constructor; there is no global log.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "lake/common/json.h"

namespace lake {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

class Log {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, JsonValue>>;

  virtual ~Log() = default;

  void Debug(std::string_view event, Fields fields = {}) { Write(LogLevel::kDebug, event, fields); }
  void Info(std::string_view event, Fields fields = {}) { Write(LogLevel::kInfo, event, fields); }
  void Warning(std::string_view event, Fields fields = {}) { Write(LogLevel::kWarning, event, fields); }
  void Failure(std::string_view event, Fields fields = {}) { Write(LogLevel::kError, event, fields); }

 private:
  virtual void Write(LogLevel level, std::string_view event, Fields fields) = 0;  ///< Any thread.
};

}  // namespace lake
