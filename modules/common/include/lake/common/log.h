// Structured log: one JSON line per event on stderr. An event has a stable name and named fields; a line that
// belongs to a request carries its trace id. Passed by constructor; there is no global log.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lake/common/json.h"

namespace lake {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

class Log {
 public:
  using Field = std::pair<std::string_view, JsonValue>;
  using Fields = std::initializer_list<Field>;

  virtual ~Log() = default;

  void Debug(std::string_view event, Fields fields = {}) { Write(LogLevel::kDebug, event, fields); }
  void Info(std::string_view event, Fields fields = {}) { Write(LogLevel::kInfo, event, fields); }
  void Warning(std::string_view event, Fields fields = {}) { Write(LogLevel::kWarning, event, fields); }
  void Failure(std::string_view event, Fields fields = {}) { Write(LogLevel::kError, event, fields); }

  virtual void Write(LogLevel level, std::string_view event,
                     std::span<const Field> fields) = 0;  ///< Any thread.
};

/// Puts the field trace_id first on every event and hands it on. `target` must outlive it. Cheap: one per
/// request.
class TracedLog final : public Log {
 public:
  TracedLog(Log& target, std::string trace_id) : target_(target), trace_id_(std::move(trace_id)) {}
  void Write(LogLevel level, std::string_view event, std::span<const Field> fields) override;

 private:
  Log& target_;
  const std::string trace_id_;
};

}  // namespace lake
