// What a CSV file looks like, from its first bytes.
#pragma once

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"

namespace lake::engine {

Result<CsvDialect> SniffCsvFile(Engine& engine, const Context& context, const ScanFile& file);

}  // namespace lake::engine
