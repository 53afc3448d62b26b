#include "rest.h"

#include <cstdio>

#include "exit_code.h"
#include "terminal.h"

namespace lake::app {
namespace {

std::string CsvCell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::vector<std::string> Cells(const JsonValue& item, const std::vector<std::string>& members) {
  std::vector<std::string> cells;
  for (const std::string& member : members) {
    const JsonValue* value = item.Find(member);
    cells.push_back(value == nullptr ? "" : CellText(*value));
  }
  return cells;
}

void PrintTable(const JsonValue::Array& items, const std::vector<std::string>& members) {
  std::vector<TableColumn> columns;
  for (const std::string& member : members) {
    const JsonValue* first = items.empty() ? nullptr : items.front().Find(member);
    columns.push_back({.name = member,
                       .align = first != nullptr && first->is_number() ? TableColumn::Align::kRight
                                                                       : TableColumn::Align::kLeft});
  }
  std::vector<std::vector<std::string>> rows;
  for (const JsonValue& item : items) rows.push_back(Cells(item, members));
  fmt::print("{}", FormatTable(columns, rows));
}

void PrintCsv(const JsonValue::Array& items, const std::vector<std::string>& members) {
  auto line = [](const std::vector<std::string>& cells) {
    std::string text;
    for (size_t i = 0; i < cells.size(); ++i) text += (i == 0 ? "" : ",") + CsvCell(cells[i]);
    fmt::print("{}\r\n", text);
  };
  line(members);
  for (const JsonValue& item : items) line(Cells(item, members));
}

}  // namespace

Rest::Rest(const Context& context, const ClientOptions& options)
    : context_(context), client_({.base_url = options.url, .ca_file = options.ca_file}) {
  if (options.api_key) headers_.emplace_back("X-API-Key", *options.api_key);
}

Result<JsonValue> Rest::Get(const std::string& path) { return Send({.method = "GET", .path = path}); }
Result<JsonValue> Rest::Delete(const std::string& path) { return Send({.method = "DELETE", .path = path}); }
Result<JsonValue> Rest::Post(const std::string& path, const JsonValue& body) {
  return SendJson({.method = "POST", .path = path}, body);
}
Result<JsonValue> Rest::PostForJob(const std::string& path, const JsonValue& body) {
  return SendJson({.method = "POST", .path = path, .headers = {{"Prefer", "respond-async"}}}, body);
}
Result<JsonValue> Rest::Patch(const std::string& path, const JsonValue& body) {
  return SendJson({.method = "PATCH", .path = path}, body);
}
Result<JsonValue> Rest::PatchForJob(const std::string& path, const JsonValue& body) {
  return SendJson({.method = "PATCH", .path = path, .headers = {{"Prefer", "respond-async"}}}, body);
}

Result<JsonValue> Rest::SendJson(HttpRequest request, const JsonValue& body) {
  if (!body.is_null()) {
    request.body = WriteJson(body);
    request.headers.emplace_back("Content-Type", "application/json");
  }
  return Send(std::move(request));
}

Result<JsonValue> Rest::Send(HttpRequest request) {
  request.headers.insert(request.headers.end(), headers_.begin(), headers_.end());
  LAKE_ASSIGN_OR_RETURN(HttpResponse response, client_.Send(context_, request));
  if (response.status >= 400) return ProblemToError(response);
  if (response.body.empty()) return JsonValue();
  return ParseJson(response.body, {.max_bytes = SIZE_MAX, .max_depth = 64});
}

Result<JsonValue::Array> Rest::List(const std::string& path, int64_t limit) {
  JsonValue::Array items;
  std::string token;
  while (static_cast<int64_t>(items.size()) < limit) {
    std::string page_path = fmt::format("{}{}limit={}", path, path.contains('?') ? '&' : '?',
                                        std::min<int64_t>(100, limit - std::ssize(items)));
    if (!token.empty()) page_path += "&page_token=" + UrlEncode(token);
    LAKE_ASSIGN_OR_RETURN(JsonValue page, Get(page_path));
    if (const JsonValue* found = page.Find("items"); found != nullptr && found->is_array())
      items.insert(items.end(), found->as_array().begin(), found->as_array().end());
    token = page.FindString("next_page_token");
    if (token.empty()) break;
  }
  return items;
}

bool Says(const JsonValue& document, std::string_view member) {
  const JsonValue* value = document.Find(member);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::string CellText(const JsonValue& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.as_string();
  return WriteJson(value);
}

Status PrintItems(const JsonValue::Array& items, const std::vector<std::string>& members,
                  OutputFormat output) {
  switch (output) {
    case OutputFormat::kTable:
      PrintTable(items, members);
      return {};
    case OutputFormat::kJson:
      fmt::print("{}\n", WriteJsonPretty(JsonValue(items)));
      return {};
    case OutputFormat::kNdjson:
      for (const JsonValue& item : items) fmt::print("{}\n", WriteJson(item));
      return {};
    case OutputFormat::kCsv:
      PrintCsv(items, members);
      return {};
    case OutputFormat::kArrow:
    case OutputFormat::kParquet:
      return InvalidArgument("bad_output", "lists are printed as table, json, ndjson or csv");
  }
  return {};
}

int PrintDocument(const Result<JsonValue>& document) {
  if (!document.ok()) return Fail(document.error());
  fmt::print("{}\n", WriteJsonPretty(*document));
  return kExitOk;
}

int PrintList(const Result<JsonValue::Array>& items, const std::vector<std::string>& members,
              OutputFormat output) {
  if (!items.ok()) return Fail(items.error());
  Status printed = PrintItems(*items, members, output);
  return printed.ok() ? kExitOk : Fail(printed.error());
}

}  // namespace lake::app
