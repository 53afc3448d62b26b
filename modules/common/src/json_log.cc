#include "lake/common/json_log.h"

#include <algorithm>
#include <array>
#include <climits>
#include <list>
#include <vector>

#include "line_batch.h"
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

/// The members of one event's line, written as they come: a line is logged for every request.
class LineWriter {
 public:
  explicit LineWriter(size_t fields) {
    text_.reserve(kUsualLineBytes);
    names_.reserve(fields);
  }

  /// The value, or the start of its text when that is longer than `budget` bytes.
  void Add(std::string_view name, const JsonValue& value, size_t budget) {
    AddName(name);
    if (value.is_string()) return AppendText(value.as_string(), budget);
    const std::string text = WriteJson(value);
    const bool too_long = (value.is_array() || value.is_object()) && text.size() > budget;
    too_long ? AppendText(text, budget) : void(text_ += text);
  }
  void AddText(std::string_view name, std::string_view text, size_t budget) {
    AddName(name);
    AppendText(text, budget);
  }

  std::string Finish() && {
    text_ += "}\n";
    return std::move(text_);
  }

 private:
  static constexpr size_t kUsualLineBytes = 512;

  bool Has(std::string_view name) const { return std::ranges::find(names_, name) != names_.end(); }

  /// A name a line has already gets an underscore: a reader must not lose the time to a field called "time".
  void AddName(std::string_view name) {
    if (Has(name)) {
      std::string& free = renamed_.emplace_back(name);
      while (Has(free)) free.push_back('_');
      name = free;
    }
    text_.push_back(names_.empty() ? '{' : ',');
    names_.push_back(name);
    AppendJsonString(name, &text_);
    text_.push_back(':');
  }
  void AppendText(std::string_view text, size_t budget) {
    text.size() <= budget ? AppendJsonString(text, &text_) : AppendJsonString(Cut(text, budget), &text_);
  }

  std::string text_;
  std::vector<std::string_view> names_;
  std::list<std::string> renamed_;  ///< Names that had one before; they stay where they are.
};

class JsonLog final : public Log {
 public:
  JsonLog(LogLevel minimum, int descriptor, Clock& clock)
      : minimum_(minimum), clock_(clock), lines_(descriptor) {}
  /// With a clock of its own.
  JsonLog(LogLevel minimum, int descriptor, std::unique_ptr<Clock> clock)
      : minimum_(minimum), owned_clock_(std::move(clock)), clock_(*owned_clock_), lines_(descriptor) {}

  void Write(LogLevel level, std::string_view event, std::span<const Field> fields) override {
    if (level < minimum_) return;
    const std::string time = FormatTimestamp(clock_.Now());
    const auto begun = [&] {
      LineWriter line(fields.size() + 4);
      line.AddText("time", time, kTextBudgets.front());
      line.AddText("level", LogLevelName(level), kTextBudgets.front());
      line.AddText("event", event, kTextBudgets.back());
      return line;
    };
    const auto kept = fields.first(std::min(fields.size(), kMostFields));
    for (const size_t budget : kTextBudgets) {
      LineWriter line = begun();
      for (const auto& [name, value] : kept) line.Add(name, value, budget);
      if (kept.size() < fields.size()) line.Add("fields_dropped", fields.size() - kept.size(), budget);
      const std::string text = std::move(line).Finish();
      if (text.size() <= kMostLineBytes) return Put(level, text);
    }
    LineWriter line = begun();
    line.Add("fields_dropped", fields.size(), kTextBudgets.front());
    Put(level, std::move(line).Finish());
  }

 private:
  void Put(LogLevel level, std::string_view line) {
    using Urgency = internal::LineBatch::Urgency;
    lines_.Put(line, level < LogLevel::kWarning ? Urgency::kMayWait : Urgency::kNow);
  }

  const LogLevel minimum_;
  const std::unique_ptr<Clock> owned_clock_;
  Clock& clock_;
  internal::LineBatch lines_;
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
