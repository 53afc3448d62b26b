// The log the server runs with: {"time":…,"level":…,"event":…,<fields>} and a line end.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "lake/common/clock.h"
#include "lake/common/log.h"

namespace lake {

/// Events below `minimum` are dropped. A line is at most 4096 bytes, so that lines of several threads and
/// processes on one pipe never mix (PIPE_BUF): long texts are cut at "…". Any thread.
/// A warning or an error is written when the call returns, and all before it; what is less waits up to 5 ms
/// and is written together, at the latest when the log goes. A killed process loses those few milliseconds.
/// A failing write is ignored: there is nowhere left to say so.
std::unique_ptr<Log> MakeJsonLog(LogLevel minimum);
/// To another descriptor, which the caller keeps open; that and the clock must outlive the log.
std::unique_ptr<Log> MakeJsonLog(LogLevel minimum, int descriptor, Clock& clock);

/// "debug", "info", "warning", "error".
std::string_view LogLevelName(LogLevel level);
std::optional<LogLevel> ParseLogLevel(std::string_view name);

}  // namespace lake
