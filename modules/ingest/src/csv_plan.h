// From what the sniffer saw and what the dataset is, the way to read one CSV file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cell_scan.h"
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

/// What would not survive in each column of the file, given the types it is to be read with.
std::vector<CellRule> RulesOf(const engine::CsvDialect& dialect, const SchemaChoice& choice);
/// The types of new columns, so that they keep every cell of the file: text for names that look like numbers
/// (00123), for numbers that are too long, DOUBLE for fractions, TIMESTAMP for dates with a time of day, with
/// a time zone where there are offsets.
void WidenTypes(const std::vector<ColumnFacts>& facts, engine::CsvDialect* dialect);
/// The types are those of a dataset. Error: failed_precondition/schema_mismatch with the line of a cell that
/// they would change.
Status CheckTypesKeepCells(const engine::CsvDialect& dialect, const SchemaChoice& choice,
                           const std::vector<ColumnFacts>& facts);

struct CsvScan {
  std::string path;           ///< In the ReadSet.
  std::string rejects_table;  ///< Names of the session's tables for rows that cannot be read.
  std::string rejects_scans;
  uint64_t rejects_limit = 0;
};

/// Trusted SQL: the dataset's columns in order, read with its types; what cannot be read lands in the rejects
/// table. A cell with nothing in it is NULL; "" is the empty text. A file that writes "" for a missing number
/// or date means NULL by it there, and in text columns that have both.
std::string SelectRows(const engine::CsvDialect& dialect, const SchemaChoice& choice,
                       const std::vector<ColumnFacts>& facts, const CsvScan& scan);

}  // namespace lake::ingest
