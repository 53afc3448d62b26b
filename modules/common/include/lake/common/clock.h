// Wall-clock time and the seam that gives it. Durations that bound I/O use the steady clock (deadline.h),
// never this.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lake/common/result.h"

namespace lake {

/// Microseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  int64_t micros = 0;
  auto operator<=>(const Timestamp&) const = default;
};

/// "2026-11-21T08:43:00.123456Z": RFC 3339, UTC, always six decimals.
std::string FormatTimestamp(Timestamp time);
/// Reads RFC 3339 with any offset and 0–9 decimals (truncated to µs). Error: invalid_argument/bad_timestamp.
Result<Timestamp> ParseTimestamp(std::string_view text);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp Now() = 0;  ///< Any thread. May step backwards when the machine's clock does.
};

class SystemClock final : public Clock {
 public:
  Timestamp Now() override;
};

}  // namespace lake
