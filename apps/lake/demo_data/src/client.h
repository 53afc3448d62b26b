// Table clients.
#pragma once

#include <string>

#include "company.h"
#include "csv_rows.h"

namespace lake::demo_data {

std::string ClientTitle(const Company& company, int64_t row);

void AppendClientRow(const Company& company, int64_t row, CsvRows* csv);

}  // namespace lake::demo_data
