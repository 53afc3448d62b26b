#include "duckdb_prelude.h"

#include "parse.h"

#include <fmt/format.h>

#include "column_names.h"
#include "duckdb/common/error_data.hpp"
#include "duckdb/parser/parser.hpp"
#include "errors.h"
#include "tree_serializer.h"

namespace lake::engine {
namespace {

/// Longer texts are data in disguise; the tree of 1 MiB is bounded by kMaxTreeValues as well.
constexpr size_t kMaxStatementBytes = 1u << 20;

/// The parser counts characters where the binder counts bytes.
size_t ByteOfCharacter(std::string_view text, uint64_t character) {
  for (size_t at = 0; at < text.size(); ++at) {
    const bool starts_character = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (starts_character && character-- == 0) return at;
  }
  return text.size();
}

Error SyntaxError(std::string_view sql, const duckdb::ErrorData& error) {
  const std::string& raw = error.RawMessage();
  if (raw.starts_with("Max expression depth") || raw.starts_with("memory exhausted"))
    return InvalidArgument("statement_too_deep", "the statement is nested too deeply").WithCause(raw);
  Error syntax = InvalidArgument("sql_syntax", "{}", CleanMessage(raw));
  const auto position = error.ExtraInfo().find("position");
  if (position == error.ExtraInfo().end()) return syntax;
  const size_t byte = ByteOfCharacter(sql, std::stoull(position->second));
  return std::move(syntax).WithDetail("/sql", fmt::format("at byte {}", byte));
}

Error NotOneSelect(std::string_view what) {
  return InvalidArgument("not_one_select", "the text must be exactly one SELECT statement; {}", what);
}

}  // namespace

Result<SelectTree> ParseSelect(std::string_view sql, const std::vector<std::string>& replaced_functions) {
  if (sql.size() > kMaxStatementBytes)
    return InvalidArgument("statement_too_large", "the statement is longer than {} bytes",
                           kMaxStatementBytes);
  // The parser would take a NUL for the end of the text.
  if (const size_t nul = sql.find('\0'); nul != std::string_view::npos)
    return InvalidArgument("sql_syntax", "the statement contains a NUL byte")
        .WithDetail("/sql", fmt::format("at byte {}", nul));
  try {
    duckdb::Parser parser;
    parser.ParseQuery(std::string(sql));
    if (parser.statements.empty()) return NotOneSelect("it holds no statement");
    if (parser.statements.size() > 1) return NotOneSelect("it holds several");
    duckdb::SQLStatement& statement = *parser.statements.front();
    if (statement.type != duckdb::StatementType::SELECT_STATEMENT)
      return NotOneSelect("this is another kind");
    auto& select = statement.Cast<duckdb::SelectStatement>();
    NameReplacedColumns(select, replaced_functions);
    LAKE_ASSIGN_OR_RETURN(JsonValue node, TreeOf(select));
    JsonValue::Array statements;
    statements.push_back(std::move(node));
    return SelectTree{JsonValue::MakeObject({{"error", false}, {"statements", std::move(statements)}})};
  } catch (const std::exception& failure) {
    const duckdb::ErrorData error(failure);
    if (error.Type() == duckdb::ExceptionType::PARSER || error.Type() == duckdb::ExceptionType::SYNTAX)
      return SyntaxError(sql, error);
    return TranslateError(error);
  }
}

}  // namespace lake::engine
