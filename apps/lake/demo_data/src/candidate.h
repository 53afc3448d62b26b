// Table candidates.
#pragma once

#include <string_view>

#include "company.h"
#include "csv_rows.h"

namespace lake::demo_data {

inline constexpr int32_t kNone = -1;

/// The values of one row that other rows and answers refer to; the rest exists only as text.
struct Candidate {
  std::string_view first_name;
  std::string_view last_name;
  std::string_view source;             ///< "" is null.
  int32_t desired_salary_usd = kNone;  ///< kNone is null.
  bool has_email = true;
};

Candidate CandidateOf(const Company& company, int64_t row);
std::string_view NameOf(Standing standing);

void AppendCandidateRow(const Company& company, int64_t row, CsvRows* csv);

}  // namespace lake::demo_data
