// The benchmarks by id. Each says in its file what it measures, on what, beside what.
#pragma once

#include "lake/common/result.h"
#include "report.h"

namespace lake::bench {

enum class Effort { kQuick, kFull };

Status RunP8(Effort effort, Report& report);   ///< CSV over HTTP to catalogued Parquet, beside DuckDB COPY.
Status RunP10(Effort effort, Report& report);  ///< Durable append and tombstone, beside fdatasync.
Status RunP14(Effort effort, Report& report);  ///< A catalog of 100,000 datasets.

}  // namespace lake::bench
