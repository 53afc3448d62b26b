#include "duckdb_prelude.h"

#include "csv_sniff.h"

#include <fmt/format.h>

#include "csv_encoding.h"
#include "duck_stream.h"

namespace lake::engine {
namespace {

using duckdb::Value;

/// Rows that decide the types: enough that a column of numbers with a late word is found, about 10 MB of
/// file.
constexpr size_t kSampleRows = 100'000;
/// Bytes checked to be UTF-8 text before DuckDB guesses.
constexpr size_t kCheckedBytes = 8u << 20;

Result<std::string> ReadStart(const Context& context, const ScanFile& file) {
  LAKE_ASSIGN_OR_RETURN(auto reader, file.store->Open(context, file.key));
  std::string start(std::min<uint64_t>(kCheckedBytes, reader->size()), '\0');
  size_t done = 0;
  while (done < start.size()) {
    LAKE_ASSIGN_OR_RETURN(const size_t got, reader->ReadAt(done, {start.data() + done, start.size() - done}));
    if (got == 0) break;
    done += got;
  }
  start.resize(done);
  return start;
}

/// The one row that `sql` gives.
Result<std::vector<Value>> OneRow(Session& session, const std::string& sql) {
  LAKE_ASSIGN_OR_RETURN(auto stream, session.ExecuteTrusted(sql));
  LAKE_ASSIGN_OR_RETURN(auto batch, stream->Next());
  std::vector<Value> row;
  if (!batch) return row;
  auto& chunk = *AsDuckBatch(*batch).chunks().front();
  for (size_t i = 0; i < chunk.ColumnCount(); ++i) row.push_back(chunk.GetValue(i, 0));
  return row;
}

std::string TextOf(const Value& value) { return value.IsNull() ? "" : value.ToString(); }

/// sniff_csv says "(empty)" for a character that the file does without.
std::string CharacterOf(const Value& value) {
  std::string text = TextOf(value);
  return text == "(empty)" ? "" : text;
}

Result<CsvDialect> DialectOf(const std::vector<Value>& row) {
  enum Column {
    kDelimiter,
    kQuote,
    kEscape,
    kNewLine,
    kComment,
    kSkipRows,
    kHasHeader,
    kColumns,
    kDate,
    kTimestamp
  };
  CsvDialect dialect;
  const std::string delimiter = CharacterOf(row[kDelimiter]);
  if (!delimiter.empty()) dialect.delimiter = delimiter[0];
  dialect.quote = CharacterOf(row[kQuote]);
  dialect.escape = CharacterOf(row[kEscape]);
  dialect.new_line = TextOf(row[kNewLine]);
  dialect.comment = CharacterOf(row[kComment]);
  dialect.encoding = "utf-8";
  dialect.skip_rows = row[kSkipRows].GetValue<uint64_t>();
  dialect.has_header = row[kHasHeader].GetValue<bool>();
  dialect.date_format = TextOf(row[kDate]);
  dialect.timestamp_format = TextOf(row[kTimestamp]);
  for (const Value& column : duckdb::ListValue::GetChildren(row[kColumns])) {
    const auto& fields = duckdb::StructValue::GetChildren(column);
    dialect.columns.push_back({fields[0].ToString(), fields[1].ToString()});
  }
  if (dialect.columns.empty()) return InvalidArgument("not_csv", "the file has no columns");
  return dialect;
}

/// Reads the header line as data: DuckDB renames empty and repeated names, and our caller wants to refuse
/// them.
std::string HeaderQuery(const std::string& path, const CsvDialect& dialect) {
  std::string columns;
  for (size_t i = 0; i < dialect.columns.size(); ++i)
    fmt::format_to(std::back_inserter(columns), "{}'c{}': 'VARCHAR'", i > 0 ? ", " : "", i);
  return fmt::format(
      "SELECT * FROM read_csv({}, auto_detect=false, header=false, null_padding=true, ignore_errors=true, "
      "parallel=false, "
      "delim={}, "
      "quote={}, escape={}, comment={}, skip={}, columns={{{}}}) LIMIT 1",
      QuoteText(path), QuoteText(std::string(1, dialect.delimiter)), QuoteText(dialect.quote),
      QuoteText(dialect.escape), QuoteText(dialect.comment), dialect.skip_rows, columns);
}

}  // namespace

Result<CsvDialect> SniffCsvFile(Engine& engine, const Context& context, const ScanFile& file) {
  LAKE_ASSIGN_OR_RETURN(const std::string start, ReadStart(context, file));
  LAKE_RETURN_IF_ERROR(CheckCsvEncoding(start, start.size() < file.bytes ? Ending::kCut : Ending::kWhole));
  ReadSet read_set;
  const std::string path = read_set.AddScan({file});
  LAKE_ASSIGN_OR_RETURN(auto session, engine.StartSession(context, std::move(read_set)));
  // A few lines with too many or too few cells must not turn the whole file into one column.
  auto row = OneRow(*session, fmt::format("SELECT * FROM sniff_csv({}, sample_size={}, ignore_errors=true)",
                                          QuoteText(path), kSampleRows));
  if (!row.ok()) {
    if (!row.error().Is("sql_error")) return std::move(row).error();
    return InvalidArgument("not_csv", "no separator and column count fit the file's lines")
        .WithCause(row.error().message());
  }
  LAKE_ASSIGN_OR_RETURN(CsvDialect dialect, DialectOf(*row));
  if (!dialect.has_header) return dialect;
  LAKE_ASSIGN_OR_RETURN(const auto names, OneRow(*session, HeaderQuery(path, dialect)));
  for (size_t i = 0; i < names.size(); ++i) dialect.columns[i].name = TextOf(names[i]);
  return dialect;
}

}  // namespace lake::engine
