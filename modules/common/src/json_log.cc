#include "lake/common/json_log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "utf8.h"

namespace lake {
namespace {

constexpr size_t kMostLineBytes = PIPE_BUF;
/// Tried in turn until the line fits: most events are never cut, and one huge field does not cost the others.
constexpr std::array<size_t, 3> kTextBudgets = {2048, 512, 64};

constexpr size_t kMostFields = 64;  ///< More than any event of ours has; what goes on is a loop gone wrong.

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

std::string Cut(std::string_view text, size_t budget) {
  size_t end = budget;
  while (end > 0 && internal::Utf8Length(text.substr(end)) == 0) --end;  // Not within a character.
  return fmt::format("{}…", text.substr(0, end));
}

/// The value, or the start of its text when that is longer than `budget` bytes.
JsonValue Shortened(const JsonValue& value, size_t budget) {
  if (value.is_string())
    return value.as_string().size() <= budget ? value : JsonValue(Cut(value.as_string(), budget));
  if (!value.is_array() && !value.is_object()) return value;
  const std::string text = WriteJson(value);
  return text.size() <= budget ? value : JsonValue(Cut(text, budget));
}

/// A name a line has already gets an underscore: a reader must not lose the time to a field called "time".
std::string FreeName(const JsonValue& line, std::string_view name) {
  std::string free(name);
  while (line.Find(free) != nullptr) free.push_back('_');
  return free;
}

class JsonLog final : public Log {
 public:
  JsonLog(LogLevel minimum, int descriptor, Clock& clock)
      : minimum_(minimum), descriptor_(descriptor), clock_(clock) {}
  /// With a clock of its own.
  JsonLog(LogLevel minimum, int descriptor, std::unique_ptr<Clock> clock)
      : minimum_(minimum), descriptor_(descriptor), owned_clock_(std::move(clock)), clock_(*owned_clock_) {}

  void Write(LogLevel level, std::string_view event, std::span<const Field> fields) override {
    if (level < minimum_) return;
    const auto head = JsonValue::MakeObject({{"time", FormatTimestamp(clock_.Now())},
                                             {"level", LogLevelName(level)},
                                             {"event", Shortened(event, kTextBudgets.back())}});
    const auto kept = fields.first(std::min(fields.size(), kMostFields));
    for (const size_t budget : kTextBudgets) {
      JsonValue line = head;
      for (const auto& [name, value] : kept) line.Set(FreeName(line, name), Shortened(value, budget));
      if (kept.size() < fields.size()) line.Set("fields_dropped", fields.size() - kept.size());
      const std::string text = WriteJson(line) + '\n';
      if (text.size() <= kMostLineBytes) return Put(text);
    }
    JsonValue line = head;
    line.Set("fields_dropped", fields.size());
    Put(WriteJson(line) + '\n');
  }

 private:
  void Put(const std::string& line) const {
    while (write(descriptor_, line.data(), line.size()) < 0 && errno == EINTR) {
    }
  }

  const LogLevel minimum_;
  const int descriptor_;
  const std::unique_ptr<Clock> owned_clock_;
  Clock& clock_;
};

}  // namespace

std::unique_ptr<Log> MakeJsonLog(LogLevel minimum) {
  return std::make_unique<JsonLog>(minimum, STDERR_FILENO, std::make_unique<SystemClock>());
}

std::unique_ptr<Log> MakeJsonLog(LogLevel minimum, int descriptor, Clock& clock) {
  return std::make_unique<JsonLog>(minimum, descriptor, clock);
}

std::string_view LogLevelName(LogLevel level) { return kLevelNames[static_cast<size_t>(level)]; }

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  for (size_t i = 0; i < kLevelNames.size(); ++i)
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  return std::nullopt;
}

}  // namespace lake
