#include "csv_plan.h"

#include <algorithm>
#include <map>

#include "lake/common/fold.h"
#include "lake/tables/dataset_service.h"

namespace lake::ingest {
namespace {

using engine::CsvColumn;
using engine::CsvDialect;
using engine::QuoteIdentifier;
using engine::QuoteText;

constexpr size_t kMaxColumns = 10'000;  // The most a schema of the catalog holds.

const CsvColumn* FindInFile(const CsvDialect& dialect, std::string_view name) {
  auto found =
      std::ranges::find(dialect.columns, Fold(name), [](const CsvColumn& c) { return Fold(c.name); });
  return found == dialect.columns.end() ? nullptr : &*found;
}

/// A column of the file is read with the type the dataset gives it.
std::string ReaderColumns(const CsvDialect& dialect, const SchemaChoice& choice) {
  std::map<std::string, std::string> types;
  for (const catalog::Column& column : choice.columns) types[Fold(column.name)] = column.type;
  std::string list;
  for (const CsvColumn& column : dialect.columns)
    list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", QuoteText(column.name),
                        QuoteText(types[Fold(column.name)]));
  return list;
}

std::string SelectList(const CsvDialect& dialect, const SchemaChoice& choice) {
  std::string list;
  for (const catalog::Column& column : choice.columns) {
    const CsvColumn* in_file = FindInFile(dialect, column.name);
    list += list.empty() ? "" : ", ";
    list += in_file != nullptr
                ? fmt::format("{} AS {}", QuoteIdentifier(in_file->name), QuoteIdentifier(column.name))
                : fmt::format("CAST(NULL AS {}) AS {}", column.type, QuoteIdentifier(column.name));
  }
  return list;
}

}  // namespace

Status CheckHeader(const CsvDialect& dialect) {
  auto bad = [](size_t number, std::string why) -> Status {
    return InvalidArgument("bad_header", "column {} of the header {}", number, why);
  };
  if (dialect.columns.empty() || dialect.columns.size() > kMaxColumns)
    return InvalidArgument("bad_header", "the file has {} columns; 1 to {} are allowed",
                           dialect.columns.size(), kMaxColumns);
  std::map<std::string, size_t> seen;
  for (size_t i = 0; i < dialect.columns.size(); ++i) {
    const std::string& name = dialect.columns[i].name;
    if (name.empty()) return bad(i + 1, "has no name");
    if (Status usable = tables::CheckColumnName(name); !usable.ok())
      return bad(i + 1, usable.error().message());
    auto [earlier, inserted] = seen.emplace(Fold(name), i + 1);
    if (!inserted) return bad(i + 1, fmt::format("is called '{}' like column {}", name, earlier->second));
  }
  return {};
}

SchemaChoice ChooseNew(const CsvDialect& dialect) {
  SchemaChoice choice{.columns = {}, .change = SchemaChoice::Change::kNew};
  for (const CsvColumn& column : dialect.columns)
    choice.columns.push_back({.field_id = static_cast<int32_t>(choice.columns.size() + 1),
                              .name = column.name,
                              .type = column.type});
  return choice;
}

Result<SchemaChoice> ChooseAppend(const CsvDialect& dialect, const catalog::Schema& schema) {
  std::string unknown;
  for (const CsvColumn& column : dialect.columns)
    if (schema.Find(column.name) == nullptr)
      unknown += fmt::format("{}'{}'", unknown.empty() ? "" : ", ", column.name);
  if (!unknown.empty())
    return FailedPrecondition("schema_mismatch",
                              "the dataset has no column {}; rename it in the file, or replace the "
                              "dataset (mode=replace)",
                              unknown);
  return SchemaChoice{.columns = schema.columns, .change = SchemaChoice::Change::kNone};
}

SchemaChoice ChooseReplace(const CsvDialect& dialect, const catalog::Schema& schema, int32_t used_ids) {
  SchemaChoice choice = ChooseNew(dialect);
  for (catalog::Column& column : choice.columns) {
    const catalog::Column* before = schema.Find(column.name);
    column.field_id = before != nullptr && before->type == column.type ? before->field_id : ++used_ids;
  }
  choice.change =
      choice.columns == schema.columns ? SchemaChoice::Change::kNone : SchemaChoice::Change::kReplaced;
  return choice;
}

std::string SelectRows(const CsvDialect& dialect, const SchemaChoice& choice, const CsvScan& scan) {
  // A sample without quotes says nothing about the rest of the file: RFC 4180's quote is always understood.
  const std::string quote = dialect.quote.empty() ? "\"" : dialect.quote;
  const std::string escape = dialect.escape.empty() ? quote : dialect.escape;
  std::string formats;
  if (!dialect.date_format.empty()) formats += ", dateformat = " + QuoteText(dialect.date_format);
  if (!dialect.timestamp_format.empty())
    formats += ", timestampformat = " + QuoteText(dialect.timestamp_format);
  return fmt::format(
      "SELECT {} FROM read_csv({}, auto_detect = false, delim = {}, quote = {}, escape = {}, header = {}{}, "
      "columns = {{{}}}, store_rejects = true, rejects_table = {}, rejects_scan = {}, rejects_limit = {})",
      SelectList(dialect, choice), QuoteText(scan.path), QuoteText(std::string(1, dialect.delimiter)),
      QuoteText(quote), QuoteText(escape), dialect.has_header, formats, ReaderColumns(dialect, choice),
      QuoteText(scan.rejects_table), QuoteText(scan.rejects_scans), scan.rejects_limit);
}

}  // namespace lake::ingest
