// lake sql: statements from -c, -f or stdin; rows as a table for people, streamed as they are for everything
// else.
#include "sql_command.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "answer_copy.h"
#include "error_mark.h"
#include "exit_code.h"
#include "plan_text.h"
#include "rest.h"
#include "sql_text.h"
#include "terminal.h"

namespace lake::app {
namespace {

constexpr int64_t kTableRows =
    1000;  // A table must be measured before it is printed; more rows are no table to read.

Result<std::string> ReadStatements(const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream in(file, std::ios::binary);
  if (!in) return NotFound("file_not_found", "cannot read '{}'", file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// "42" and "true" keep their types; everything else is text.
JsonValue ParameterValue(const std::string& text) {
  Result<JsonValue> value = ParseJson(text);
  return value.ok() && !value->is_object() && !value->is_array() ? *value : JsonValue(text);
}

std::string_view MediaType(OutputFormat output) {
  switch (output) {
    case OutputFormat::kTable:
    case OutputFormat::kJson:
      return "application/json";
    case OutputFormat::kCsv:
      return "text/csv";
    case OutputFormat::kNdjson:
      return "application/x-ndjson";
    case OutputFormat::kArrow:
      return "application/vnd.apache.arrow.stream";
    case OutputFormat::kParquet:
      return "application/vnd.apache.parquet";
  }
  return "application/json";
}

HttpRequest MakeRequest(const Rest& rest, OutputFormat output, const std::string& sql,
                        const SqlOptions& options) {
  JsonValue body = JsonValue::MakeObject({{"sql", sql}});
  if (!options.parameters.empty()) {
    JsonValue parameters = JsonValue::MakeArray();
    for (const std::string& parameter : options.parameters) parameters.Append(ParameterValue(parameter));
    body.Set("params", std::move(parameters));
  }
  if (options.ask == SqlOptions::Ask::kPlan) body.Set("explain", true);
  if (options.limit)
    body.Set("limit", *options.limit);
  else if (output == OutputFormat::kTable)
    body.Set("limit", kTableRows);
  HttpRequest request{
      .method = "POST", .path = "/query/sql", .headers = rest.headers(), .body = WriteJson(body)};
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", MediaType(output));
  return request;
}

bool IsNumeric(std::string_view type) {
  for (std::string_view prefix :
       {"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT",
        "UHUGEINT", "DOUBLE", "FLOAT", "DECIMAL"})
    if (type.starts_with(prefix) && !type.ends_with("]")) return true;
  return false;
}

RowsTable MakeTable(const JsonValue& answer, double seconds) {
  std::vector<TableColumn> columns;
  for (const JsonValue& column : answer.Find("columns")->as_array())
    columns.push_back({.name = std::string(column.FindString("name")),
                       .align = IsNumeric(column.FindString("type")) ? TableColumn::Align::kRight
                                                                     : TableColumn::Align::kLeft});
  std::vector<std::vector<std::string>> rows;
  for (const JsonValue& row : answer.Find("rows")->as_array()) {
    std::vector<std::string>& cells = rows.emplace_back();
    for (const JsonValue& value : row.as_array()) cells.push_back(value.is_null() ? "NULL" : CellText(value));
  }
  const JsonValue* truncated = answer.Find("truncated");
  const bool cut = truncated != nullptr && truncated->is_bool() && truncated->as_bool();
  return {.table = FormatTable(columns, rows),
          .count = fmt::format("{} row{}{}", rows.size(), rows.size() == 1 ? "" : "s",
                               cut ? " (there are more: --limit N, or another --output)" : ""),
          .seconds = seconds};
}

Status PrintRows(const RowsTable& rows) {
  fmt::print("{}{} in {}\n", rows.table, rows.count, FormatSeconds(rows.seconds));
  return {};
}

Result<JsonValue> ParseAnswer(const HttpResponse& response) {
  LAKE_ASSIGN_OR_RETURN(JsonValue answer,
                        ParseJson(response.body, {.max_bytes = SIZE_MAX, .max_depth = 256}));
  if (const JsonValue* error = answer.Find("error"); error != nullptr && error->is_object())
    return ProblemToError(*error);
  if (answer.Find("columns") == nullptr || answer.Find("rows") == nullptr)
    return Internal("bad_answer", "the server's answer has no rows");
  return answer;
}

/// A server whose answers are shorter than a table may be refuses our limit; without one it sends what it
/// may.
Result<JsonValue> AskForTable(Rest& rest, const HttpRequest& request, const std::string& sql,
                              const SqlOptions& options) {
  LAKE_ASSIGN_OR_RETURN(HttpResponse response, rest.client().Send(rest.context(), request));
  if (response.status >= 400 && !options.limit && ProblemToError(response).Is("limit_too_large")) {
    const HttpRequest unlimited = MakeRequest(rest, OutputFormat::kJson, sql, options);
    LAKE_ASSIGN_OR_RETURN(response, rest.client().Send(rest.context(), unlimited));
  }
  if (response.status >= 400) return ProblemToError(response);
  return ParseAnswer(response);
}

}  // namespace

Status RunStatement(Rest& rest, OutputFormat output, const std::string& sql, const SqlOptions& options,
                    const ShowTable& show) {
  if (options.ask == SqlOptions::Ask::kPlan)
    return PrintPlan(rest, output, MakeRequest(rest, OutputFormat::kJson, sql, options));
  const auto started = std::chrono::steady_clock::now();
  const HttpRequest request = MakeRequest(rest, output, sql, options);
  if (output == OutputFormat::kTable) {
    LAKE_ASSIGN_OR_RETURN(const JsonValue answer, AskForTable(rest, request, sql, options));
    return show(
        MakeTable(answer, std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count()));
  }
  const bool binary = output == OutputFormat::kArrow || output == OutputFormat::kParquet;
  if (binary && IsTerminal(lake::app::Stream::kOut))
    return InvalidArgument("bad_output",
                           "Arrow and Parquet are binary: redirect them to a file or a program");
  AnswerCopy copy(output);
  LAKE_ASSIGN_OR_RETURN(HttpResponse response,
                        rest.client().Stream(rest.context(), request,
                                             [&](std::string_view piece) { return copy.Take(piece); }));
  if (response.status >= 400) return ProblemToError(response);
  const Status whole = copy.End(response);
  if (output == OutputFormat::kJson) fmt::print("\n");
  std::fflush(stdout);
  return whole;
}

int RunSql(const Context& context, const ClientOptions& client, const SqlOptions& options) {
  std::vector<SqlStatement> statements;
  for (const std::string& command : options.commands) statements.push_back({.text = command});
  if (!options.file.empty() || statements.empty()) {
    if (options.file.empty() && isatty(STDIN_FILENO) == 1)
      return Fail(InvalidArgument("no_statement", "say a statement with -c, a file with -f, or pipe one in"));
    Result<std::string> text = ReadStatements(options.file.empty() ? "-" : options.file);
    if (!text.ok()) return Fail(text.error());
    std::ranges::move(SplitStatements(*text), std::back_inserter(statements));
  }
  if (statements.empty()) return Fail(InvalidArgument("no_statement", "there is no statement to run"));
  Rest rest(context, client);
  for (const SqlStatement& statement : statements) {
    Status done = RunStatement(rest, client.output, statement.text, options, PrintRows);
    if (done.ok()) continue;
    const int code = Fail(done.error());
    fmt::print(stderr, "{}", MarkError(done.error(), statement));
    return code;
  }
  return kExitOk;
}

}  // namespace lake::app
