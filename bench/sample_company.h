// The sample company in a lakehouse: ingested over HTTP as `lake demo` does it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lake/common/result.h"
#include "served_lake.h"

namespace lake::bench {

/// All seven tables, each one file and one commit; its size in memory is that of the largest table's CSV.
Status IngestSampleCompany(ServedLake& lake, int64_t rows);

/// The Parquet files that the catalog names for a dataset, in the data directory of the lakehouse.
Result<std::vector<std::filesystem::path>> FilesOfDataset(ServedLake& lake, const std::filesystem::path& data,
                                                          std::string_view dataset);

}  // namespace lake::bench
