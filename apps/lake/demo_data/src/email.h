// Table email_log.
#pragma once

#include "company.h"
#include "csv_rows.h"

namespace lake::demo_data {

enum class Answer : uint8_t { kIgnored, kOpened, kReplied };  ///< A reply implies that it was opened.

struct Email {
  int32_t candidate = 0;
  int32_t client = -1;  ///< -1 is null: most mails are not about one client.
  uint8_t recruiter = 0;
  SecondOfTime sent_at = 0;
  Answer answer = Answer::kIgnored;
};

Email EmailOf(const Company& company, int64_t row);

void AppendEmailRow(const Company& company, int64_t row, CsvRows* csv);

}  // namespace lake::demo_data
