// Values as text, shared by the writers: ISO 8601 dates and times, shortest numbers, exact decimals. Each
// function appends; none of the texts needs escaping or quoting except the input of AppendJsonText and
// AppendCsvText.
#pragma once

#include <cstdint>
#include <string_view>

#include "text_buffer.h"

namespace lake::engine {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

void AppendInteger(int64_t value, TextBuffer* out);
void AppendInteger(uint64_t value, TextBuffer* out);
void AppendInteger(Int128 value, TextBuffer* out);
void AppendInteger(UInt128 value, TextBuffer* out);
/// Shortest digits that read back to the same value, always with a point or an exponent; "NaN", "Infinity",
/// "-Infinity".
void AppendFloating(float value, TextBuffer* out);
void AppendFloating(double value, TextBuffer* out);
/// Exactly `scale` digits after the point, none when it is 0.
void AppendDecimal(int64_t unscaled, int scale, TextBuffer* out);
void AppendDecimal(Int128 unscaled, int scale, TextBuffer* out);

/// "2024-02-29" from days since 1970-01-01. Years outside 0–9999 have a sign and at least four digits; year 0
/// is 1 BC.
void AppendDate(int64_t days, TextBuffer* out);
/// "13:04:05" and a fraction of `digits` digits when it is not zero. `units` counts 10^-digits seconds since
/// midnight.
void AppendTime(int64_t units, int digits, TextBuffer* out);
/// "2024-02-29T13:04:05.123456" from 10^-digits seconds since 1970-01-01T00:00:00.
void AppendTimestamp(int64_t units, int digits, TextBuffer* out);
/// "+02:00"; seconds only when there are any.
void AppendUtcOffset(int32_t seconds, TextBuffer* out);
/// "P1Y2M3DT4H5M6.789000S"; each part carries its own sign, zero is "PT0S".
void AppendInterval(int32_t months, int32_t days, int64_t micros, TextBuffer* out);

void AppendUuid(uint64_t upper, uint64_t lower, TextBuffer* out);
void AppendBase64(std::string_view bytes, TextBuffer* out);
/// A JSON string with quotes. `text` is UTF-8.
void AppendJsonText(std::string_view text, TextBuffer* out);
/// A CSV field: quoted when it is empty or holds a comma, a quote or a line break.
void AppendCsvText(std::string_view text, TextBuffer* out);

}  // namespace lake::engine
