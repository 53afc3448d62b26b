// How a cell of a file is written, seen as a date or a time: what a column of another such type would not
// give back. The engine's reader takes "2024-01-02 10:00:00" for a date and passes over the rest.
#pragma once

#include <string_view>

namespace lake::ingest {

struct TimeForm {
  bool has_both = false;    ///< A date and a time of day.
  bool has_time = false;    ///< Another time of day than midnight.
  bool has_offset = false;  ///< From UTC, other than none: +02, -05:30, Europe/Berlin.
  bool too_fine = false;    ///< Digits beyond microseconds, other than zeros.
};

TimeForm TimeFormOf(std::string_view cell);

}  // namespace lake::ingest
