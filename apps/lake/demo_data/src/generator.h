// Tables of one company as bytes.
#pragma once

#include <cstddef>

#include "company.h"
#include "lake/demo_data/tables.h"

namespace lake::demo_data {

/// As GenerateCsv, for a company that exists already.
Status GenerateTable(const Company& company, Table table, size_t threads, const ByteSink& sink);

}  // namespace lake::demo_data
