// Rows of RFC 4180 CSV, appended to a string: comma, LF, quotes where needed, nothing for null.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "calendar.h"

namespace lake::demo_data {

/// "CAND-000042": the prefix and the row's number from 1, padded with zeros.
struct RowName {
  std::string_view prefix;
  int width;
  int64_t row;
};
inline RowName CandidateName(int64_t row) { return {"CAND-", 6, row}; }
inline RowName ClientName(int64_t row) { return {"CLI-", 5, row}; }
std::string ToText(const RowName& name);

class CsvRows {
 public:
  explicit CsvRows(std::string* out) : out_(*out) {}

  CsvRows& Int(int64_t value);
  CsvRows& Name(const RowName& name);
  CsvRows& Cents(int64_t cents);     ///< "12.34", also for other hundredths.
  CsvRows& Date(Day day);            ///< "2025-12-31"
  CsvRows& Time(SecondOfTime time);  ///< "2025-12-31 17:05:00"
  CsvRows& Text(std::string_view text);
  CsvRows& Plain(std::string_view text);  ///< Text that is known to need no quotes.
  CsvRows& Flag(bool value) { return Plain(value ? "true" : "false"); }
  CsvRows& Null() { return Plain({}); }
  void EndRow();

 private:
  void Separate();

  std::string& out_;
  bool in_row_ = false;
};

// The same spellings for answers outside a CSV.
void AppendInt(int64_t value, std::string* out);
void AppendCents(int64_t cents, std::string* out);
void AppendDate(Day day, std::string* out);

}  // namespace lake::demo_data
