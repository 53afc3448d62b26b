// The seven tables: their columns, and their rows as CSV.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "lake/demo_data/scale.h"

namespace lake::demo_data {

struct Column {
  std::string_view name;
  std::string_view type;  ///< The SQL type that holds every value exactly: "DECIMAL(10,2)".
};

struct TableInfo {
  Table table;
  std::string_view name;
  int64_t rows;
  std::span<const Column> columns;
};

std::span<const Column> ColumnsOf(Table table);

/// All seven. Errors: invalid_argument/bad_scale.
Result<std::vector<TableInfo>> Tables(Scale scale);

/// Takes the next bytes of a table and how many rows end in them. Called in order by one thread at a time,
/// not always by the same thread. An error stops the generator, which returns it.
using ByteSink = std::function<Status(std::string_view bytes, int64_t rows)>;

/// The table as CSV (RFC 4180, UTF-8, LF, a header line): the same bytes for every number of threads (at
/// least 1), on every machine. Errors: invalid_argument/bad_scale, the sink's.
Status GenerateCsv(Table table, Scale scale, size_t threads, const ByteSink& sink);

}  // namespace lake::demo_data
