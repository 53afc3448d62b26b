// From what the sniffer saw and what the dataset is, the way to read one CSV file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lake/catalog/schema.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"

namespace lake::ingest {

/// Which columns the rows will have, before and after.
struct SchemaChoice {
  std::vector<catalog::Column> columns;  ///< Of the dataset after the ingest, in order.
  enum class Change { kNone, kNew, kReplaced } change = Change::kNone;
};

/// Header names must be usable as column names and differ without regard to case.
/// Error: invalid_argument/bad_header naming the column by number.
Status CheckHeader(const engine::CsvDialect& dialect);

/// A new dataset takes the file's columns.
SchemaChoice ChooseNew(const engine::CsvDialect& dialect);
/// Rows join an existing dataset: its types hold, columns the file lacks are NULL.
/// Error: failed_precondition/schema_mismatch naming columns the dataset does not have.
Result<SchemaChoice> ChooseAppend(const engine::CsvDialect& dialect, const catalog::Schema& schema);
/// The file's columns replace the dataset's; a column of the same name and type keeps its field id, so that
/// its history, tombstones and policies still apply. `used_ids` is the highest id the dataset ever gave.
SchemaChoice ChooseReplace(const engine::CsvDialect& dialect, const catalog::Schema& schema,
                           int32_t used_ids);

struct CsvScan {
  std::string path;           ///< In the ReadSet.
  std::string rejects_table;  ///< Names of the session's tables for rows that cannot be read.
  std::string rejects_scans;
  uint64_t rejects_limit = 0;
};

/// Trusted SQL: the dataset's columns in order, read with its types; what cannot be read lands in the rejects
/// table.
std::string SelectRows(const engine::CsvDialect& dialect, const SchemaChoice& choice, const CsvScan& scan);

}  // namespace lake::ingest
