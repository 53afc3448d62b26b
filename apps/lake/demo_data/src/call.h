// Table call_log.
#pragma once

#include "company.h"
#include "csv_rows.h"

namespace lake::demo_data {

enum class Outcome : uint8_t { kConnected, kVoicemail, kNoAnswer, kLeftMessage, kBusy, kWrongNumber };
enum class Direction : uint8_t { kOutbound, kInbound };

/// With a candidate or with a client, never both.
struct Call {
  int32_t candidate = -1;  ///< -1 is null, as in `client`.
  int32_t client = -1;
  uint8_t recruiter = 0;
  SecondOfTime called_at = 0;
  int32_t duration_secs = 0;
  Direction direction = Direction::kOutbound;
  Outcome outcome = Outcome::kConnected;
};

Call CallOf(const Company& company, int64_t row);

void AppendCallRow(const Company& company, int64_t row, CsvRows* csv);

}  // namespace lake::demo_data
