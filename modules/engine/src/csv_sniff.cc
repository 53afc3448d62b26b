#include "duckdb_prelude.h"

#include "csv_sniff.h"

#include <fmt/format.h>

#include <algorithm>

#include "csv_encoding.h"
#include "duck_stream.h"

namespace lake::engine {
namespace {

using duckdb::Value;

/// Rows that decide separator, quotes and header: each way to read them is tried on all of these.
constexpr size_t kDialectRows = kMinCsvTypeRows;
/// Rows that decide the types once the rest is known: enough that a column of numbers with a late word is
/// found.
constexpr size_t kMostTypeRows = 100'000;
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

CsvDialect DialectOf(const std::vector<Value>& row) {
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
  if (dialect.date_format == "%Y-%m-%d") dialect.date_format.clear();  // What is read anyway.
  dialect.timestamp_format = TextOf(row[kTimestamp]);
  for (const Value& column : duckdb::ListValue::GetChildren(row[kColumns])) {
    const auto& fields = duckdb::StructValue::GetChildren(column);
    dialect.columns.push_back({fields[0].ToString(), fields[1].ToString()});
  }
  return dialect;
}

/// As memchr finds them, which is several times as fast as std::count.
size_t Count(std::string_view text, char wanted) {
  size_t count = 0;
  for (size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + 1)) ++count;
  return count;
}

/// One file being looked at.
class Sniffer {
 public:
  Sniffer(Session& session, std::string path, std::string_view start, Ending ending)
      : session_(session),
        path_(QuoteText(path)),
        start_(start),
        sampled_rows_(CountLines(start.substr(0, kCsvSampleBytes))),
        most_rows_(ending == Ending::kWhole ? CountLines(start) : SIZE_MAX) {}

  Result<CsvDialect> Sniff() {
    LAKE_ASSIGN_OR_RETURN(CsvDialect dialect, FindDialect());
    if (HasMoreRows()) LAKE_RETURN_IF_ERROR(ReadTypes(&dialect));
    if (dialect.has_header) LAKE_RETURN_IF_ERROR(ReadHeader(&dialect));
    return dialect;
  }

 private:
  /// DuckDB first wants every line to fit. A file with some broken lines then seems to have one column named
  /// "a,b,c", so a second look forgives them; a third one also takes different line ends in one file.
  Result<CsvDialect> FindDialect() {
    auto exact = TryOptions(kDialectRows, HasNoQuotes() ? ", quote='', escape=''" : "");
    if (exact.ok() && !HidesSeparator(*exact)) return exact;
    if (!exact.ok() && !exact.error().Is("not_csv")) return exact;
    auto forgiving = TryOptions(kDialectRows, ", ignore_errors=true");
    if (forgiving.ok() && forgiving->columns.size() > 1) return forgiving;
    if (!exact.ok() && HasMixedLineEnds()) {
      LAKE_ASSIGN_OR_RETURN(CsvDialect mixed,
                            TryOptions(kDialectRows, ", ignore_errors=true, strict_mode=false"));
      mixed.new_line = "mixed";
      return mixed;
    }
    return exact;
  }

  /// DuckDB sets room for all of `rows` aside, for each way to read the file.
  Result<CsvDialect> TryOptions(size_t rows, std::string_view options) {
    auto row = OneRow(session_, fmt::format("SELECT * FROM sniff_csv({}, sample_size={}{})", path_,
                                            std::min(rows, most_rows_), options));
    if (row.ok()) {
      CsvDialect dialect = DialectOf(*row);
      if (!dialect.columns.empty()) return dialect;
    } else if (!row.error().Is("sql_error") && !row.error().Is("csv_error")) {
      return std::move(row).error();
    }
    return InvalidArgument("not_csv", "no separator gives the file's lines the same number of columns");
  }

  /// At least as many as there are rows.
  static size_t CountLines(std::string_view start) { return Count(start, '\n') + Count(start, '\r') + 1; }
  bool HasMoreRows() const { return sampled_rows_ > kDialectRows; }

  /// No row that decides the dialect has a character that DuckDB takes for a quote: to try them would be half
  /// of the work, to the same end.
  bool HasNoQuotes() const {
    const bool has_those_rows = most_rows_ != SIZE_MAX || Count(start_, '\n') > kDialectRows;
    return has_those_rows && !start_.contains('"') && !start_.contains('\'');
  }

  /// Types from more rows than the dialect needed; with the dialect given, a row costs a fifth.
  Status ReadTypes(CsvDialect* dialect) {
    auto typed =
        TryOptions(std::min(kMostTypeRows, sampled_rows_),
                   fmt::format(", header={}, strict_mode={}, ignore_errors=true, {}", dialect->has_header,
                               dialect->new_line != "mixed", DialectOptions(*dialect)));
    if (!typed.ok() && !typed.error().Is("not_csv")) return std::move(typed).error();
    if (!typed.ok() || typed->columns.size() != dialect->columns.size()) return {};
    dialect->columns = std::move(typed->columns);
    dialect->date_format = std::move(typed->date_format);
    dialect->timestamp_format = std::move(typed->timestamp_format);
    return {};
  }

  static bool HidesSeparator(const CsvDialect& dialect) {
    return dialect.columns.size() == 1 && dialect.columns[0].name.find_first_of(",;|\t") != std::string::npos;
  }

  bool HasMixedLineEnds() const {
    bool with_return = false;
    bool without = false;
    for (size_t at = start_.find('\n'); at != std::string_view::npos; at = start_.find('\n', at + 1))
      (at > 0 && start_[at - 1] == '\r' ? with_return : without) = true;
    return with_return && without;
  }

  /// A sample without quotes says nothing about the rest of the file: RFC 4180's quote is always understood.
  static std::string DialectOptions(const CsvDialect& dialect) {
    const std::string quote = dialect.quote.empty() ? "\"" : dialect.quote;
    return fmt::format("delim={}, quote={}, escape={}, comment={}, skip={}",
                       QuoteText(std::string(1, dialect.delimiter)), QuoteText(quote),
                       QuoteText(dialect.escape.empty() ? quote : dialect.escape), QuoteText(dialect.comment),
                       dialect.skip_rows);
  }

  /// Reads the header line as data: DuckDB renames empty and repeated names, and our caller wants to refuse
  /// them.
  Status ReadHeader(CsvDialect* dialect) {
    std::string columns;
    for (size_t i = 0; i < dialect->columns.size(); ++i)
      fmt::format_to(std::back_inserter(columns), "{}'c{}': 'VARCHAR'", i > 0 ? ", " : "", i);
    LAKE_ASSIGN_OR_RETURN(
        const auto names,
        OneRow(session_,
               fmt::format("SELECT * FROM read_csv({}, auto_detect=false, header=false, "
                           "null_padding=true, ignore_errors=true, parallel=false, strict_mode={}, "
                           "{}, columns={{{}}}) LIMIT 1",
                           path_, dialect->new_line != "mixed", DialectOptions(*dialect), columns)));
    for (size_t i = 0; i < names.size(); ++i) dialect->columns[i].name = TextOf(names[i]);
    return {};
  }

  Session& session_;
  const std::string path_;
  const std::string_view start_;
  const size_t sampled_rows_;  ///< In the bytes that decide the types.
  const size_t most_rows_;     ///< Of the file.
};

}  // namespace

Result<CsvDialect> SniffCsvFile(Engine& engine, const Context& context, const ScanFile& file) {
  LAKE_ASSIGN_OR_RETURN(const std::string start, ReadStart(context, file));
  const Ending ending = start.size() < file.bytes ? Ending::kCut : Ending::kWhole;
  LAKE_RETURN_IF_ERROR(CheckCsvText(start, ending));
  ReadSet read_set;
  std::string path = read_set.AddScan({file});
  LAKE_ASSIGN_OR_RETURN(auto session, engine.StartSession(context, std::move(read_set)));
  return Sniffer(*session, std::move(path), start, ending).Sniff();
}

}  // namespace lake::engine
