#include "csv_plan.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <span>

#include "lake/common/fold.h"
#include "lake/tables/dataset_service.h"

namespace lake::ingest {
namespace {

using engine::CsvColumn;
using engine::CsvDialect;
using engine::QuoteIdentifier;
using engine::QuoteText;

constexpr size_t kMaxColumns = 10'000;  // The most a schema of the catalog holds.

bool IsText(std::string_view type) { return type == "VARCHAR"; }

bool IsInteger(std::string_view type) {
  static constexpr std::string_view kTypes[] = {"TINYINT",  "SMALLINT",  "INTEGER",  "BIGINT",  "HUGEINT",
                                                "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

CellRule RuleOf(std::string_view type) {
  using Kind = CellRule::Kind;
  if (IsText(type)) return {.kind = Kind::kText};
  if (IsInteger(type)) return {.kind = Kind::kNumber};
  if (type == "DOUBLE" || type == "FLOAT")
    return {.kind = Kind::kNumber, .kept_fraction = CellRule::kEveryDigit};
  if (type == "DATE") return {.kind = Kind::kDate};
  if (type == "TIME") return {.kind = Kind::kTime};
  if (type == "TIMESTAMP") return {.kind = Kind::kTimestamp};
  if (type == "TIMESTAMP WITH TIME ZONE") return {.kind = Kind::kTimestampWithZone};
  if (!type.starts_with("DECIMAL(")) return {};
  CellRule rule{.kind = Kind::kNumber};
  const size_t scale = type.find(',') + 1;
  std::from_chars(type.data() + scale, type.data() + type.size(), rule.kept_fraction);
  return rule;
}

/// A format of the file's own is followed to the letter: a cell of another form is rejected, not changed.
bool HasFormat(const CsvDialect& dialect, const CellRule& rule) {
  return (rule.kind == CellRule::Kind::kDate && !dialect.date_format.empty()) ||
         (rule.kind == CellRule::Kind::kTimestamp && !dialect.timestamp_format.empty());
}

/// Types by folded name.
using TypeMap = std::map<std::string, std::string>;
TypeMap TypesOf(const SchemaChoice& choice) {
  TypeMap types;
  for (const catalog::Column& column : choice.columns) types[Fold(column.name)] = column.type;
  return types;
}

/// What the reader makes of "".
enum class QuotedEmpty { kText, kNull };

/// NULL where a column of another type than text has it, and then all over the file: the reader knows one
/// rule for all columns.
QuotedEmpty QuotedEmptyOf(const CsvDialect& dialect, const TypeMap& types,
                          const std::vector<ColumnFacts>& facts) {
  for (size_t i = 0; i < facts.size(); ++i)
    if (facts[i].quoted_empty && !IsText(types.at(Fold(dialect.columns[i].name)))) return QuotedEmpty::kNull;
  return QuotedEmpty::kText;
}

std::string SelectList(const CsvDialect& dialect, const SchemaChoice& choice,
                       const std::vector<ColumnFacts>& facts, QuotedEmpty quoted_empty) {
  std::map<std::string, size_t> in_file;
  for (size_t i = 0; i < dialect.columns.size(); ++i) in_file.emplace(Fold(dialect.columns[i].name), i);
  std::string list;
  for (const catalog::Column& column : choice.columns) {
    const auto found = in_file.find(Fold(column.name));
    std::string value = fmt::format("CAST(NULL AS {})", column.type);
    if (found != in_file.end()) {
      value = QuoteIdentifier(dialect.columns[found->second].name);
      const ColumnFacts& cells = facts[found->second];
      // All the NULLs of this column were "".
      if (quoted_empty == QuotedEmpty::kNull && IsText(column.type) && cells.quoted_empty &&
          !cells.unquoted_empty)
        value = fmt::format("coalesce({}, '')", value);
    }
    fmt::format_to(std::back_inserter(list), "{}{} AS {}", list.empty() ? "" : ", ", value,
                   QuoteIdentifier(column.name));
  }
  return list;
}

/// The first cell of the column that the type would change.
const CellExample* ChangedCell(std::string_view type, const ColumnFacts& facts) {
  using Kind = CellRule::Kind;
  const CellRule rule = RuleOf(type);
  if (rule.kind == Kind::kText || rule.kind == Kind::kOther) return nullptr;
  static constexpr Loss kOfNumbers[] = {Loss::kName, Loss::kFraction};
  static constexpr Loss kOfTimes[] = {Loss::kTimeOfDay, Loss::kOffset, Loss::kPartOfTime};
  for (const Loss loss : rule.kind == Kind::kNumber ? std::span<const Loss>(kOfNumbers) : kOfTimes)
    if (const CellExample* cell = facts.Find(loss)) return cell;
  return rule.kept_fraction == CellRule::kEveryDigit ? facts.Find(Loss::kLongWhole) : nullptr;
}

/// A column of the file is read with the type the dataset gives it.
std::string ReaderColumns(const CsvDialect& dialect, const TypeMap& types) {
  std::string list;
  for (const CsvColumn& column : dialect.columns)
    list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", QuoteText(column.name),
                        QuoteText(types.at(Fold(column.name))));
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

std::vector<CellRule> RulesOf(const CsvDialect& dialect, const SchemaChoice& choice) {
  const TypeMap types = TypesOf(choice);
  std::vector<CellRule> rules;
  for (const CsvColumn& column : dialect.columns) {
    const CellRule rule = RuleOf(types.at(Fold(column.name)));
    rules.push_back(HasFormat(dialect, rule) ? CellRule() : rule);
  }
  return rules;
}

void WidenTypes(const std::vector<ColumnFacts>& facts, CsvDialect* dialect) {
  for (size_t i = 0; i < facts.size(); ++i) {
    std::string& type = dialect->columns[i].type;
    const CellRule rule = RuleOf(type);
    if (facts[i].Find(Loss::kPartOfTime))
      type = "VARCHAR";
    else if (facts[i].Find(Loss::kOffset))
      type = "TIMESTAMP WITH TIME ZONE";  // As the sniffer says when it meets such a cell.
    else if (facts[i].Find(Loss::kTimeOfDay))
      type = "TIMESTAMP";
    if (rule.kind != CellRule::Kind::kNumber) continue;
    const bool is_double = rule.kept_fraction == CellRule::kEveryDigit || facts[i].Find(Loss::kFraction);
    if (facts[i].Find(Loss::kName) || (is_double && facts[i].Find(Loss::kLongWhole)) ||
        facts[i].Find(Loss::kBeyondBigint))
      type = "VARCHAR";
    else if (is_double)
      type = "DOUBLE";
  }
}

Status CheckTypesKeepCells(const CsvDialect& dialect, const SchemaChoice& choice,
                           const std::vector<ColumnFacts>& facts) {
  const TypeMap types = TypesOf(choice);
  for (size_t i = 0; i < facts.size(); ++i) {
    const std::string& name = dialect.columns[i].name;
    const std::string& type = types.at(Fold(name));
    if (const CellExample* cell = ChangedCell(type, facts[i]))
      return FailedPrecondition("schema_mismatch",
                                "line {}: column '{}' of the dataset is {} and would not keep '{}' as it is; "
                                "change the file, or replace the dataset (mode=replace)",
                                cell->line, name, type, cell->text);
  }
  return {};
}

std::string SelectRows(const CsvDialect& dialect, const SchemaChoice& choice,
                       const std::vector<ColumnFacts>& facts, const CsvScan& scan) {
  // A sample without quotes says nothing about the rest of the file: RFC 4180's quote is always understood.
  const std::string quote = dialect.quote.empty() ? "\"" : dialect.quote;
  const std::string escape = dialect.escape.empty() ? quote : dialect.escape;
  std::string formats;
  if (!dialect.date_format.empty()) formats += ", dateformat = " + QuoteText(dialect.date_format);
  if (!dialect.timestamp_format.empty())
    formats += ", timestampformat = " + QuoteText(dialect.timestamp_format);
  const TypeMap types = TypesOf(choice);
  const QuotedEmpty quoted_empty = QuotedEmptyOf(dialect, types, facts);
  return fmt::format(
      "SELECT {} FROM read_csv({}, auto_detect = false, delim = {}, quote = {}, escape = {}, comment = {}, "
      "skip = {}, header = {}, strict_mode = {}, allow_quoted_nulls = {}{}, columns = {{{}}}, "
      "store_rejects = true, rejects_table = {}, rejects_scan = {}, rejects_limit = {})",
      SelectList(dialect, choice, facts, quoted_empty), QuoteText(scan.path),
      QuoteText(std::string(1, dialect.delimiter)), QuoteText(quote), QuoteText(escape),
      QuoteText(dialect.comment), dialect.skip_rows, dialect.has_header, dialect.new_line != "mixed",
      quoted_empty == QuotedEmpty::kNull, formats, ReaderColumns(dialect, types),
      QuoteText(scan.rejects_table), QuoteText(scan.rejects_scans), scan.rejects_limit);
}

}  // namespace lake::ingest
