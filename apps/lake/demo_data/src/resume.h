// A résumé of 60 to 150 words that says what the candidate's row says, and one thing more: the specialty.
#pragma once

#include <string>

#include "company.h"

namespace lake::demo_data {

inline constexpr int kFewestWords = 60;
inline constexpr int kMostWords = 150;

/// Appends the résumé of candidate row `row`.
void AppendResume(const Company& company, int64_t row, std::string* out);

}  // namespace lake::demo_data
