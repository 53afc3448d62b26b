// Table job_orders.
#pragma once

#include <string>

#include "company.h"
#include "csv_rows.h"

namespace lake::demo_data {

enum class OrderState : uint8_t { kOpen, kOnHold, kFilled, kClosed, kCancelled };

struct JobOrder {
  std::string title;
  OrderState state = OrderState::kOpen;
  int32_t openings = 0;
  Day closed = 0;  ///< Only when not open or on hold.
};

JobOrder JobOrderOf(const Company& company, int64_t row);

void AppendJobOrderRow(const Company& company, int64_t row, CsvRows* csv);

}  // namespace lake::demo_data
