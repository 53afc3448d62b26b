// Tables placements and timesheets.
#pragma once

#include "company.h"
#include "csv_rows.h"

namespace lake::demo_data {

/// The first working day: the Monday, or now and then a day or two later.
Day StartDate(const Company& company, int64_t row);

void AppendPlacementRow(const Company& company, int64_t row, CsvRows* csv);
void AppendTimesheetRow(const Company& company, int64_t row, CsvRows* csv);

}  // namespace lake::demo_data
