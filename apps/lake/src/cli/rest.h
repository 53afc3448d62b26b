// One JSON request to the server, as the commands need it.
#pragma once

#include <string>
#include <string_view>

#include "commands.h"
#include "lake/app/http_client.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::app {

class Rest {
 public:
  Rest(const Context& context, const ClientOptions& options);

  /// The answer's document (null for an empty body). Errors: those of the client and of the problem document.
  Result<JsonValue> Get(const std::string& path);
  Result<JsonValue> Delete(const std::string& path);
  Result<JsonValue> Post(const std::string& path, const JsonValue& body);
  /// The same for what a job does: its document, at once.
  Result<JsonValue> PostForJob(const std::string& path, const JsonValue& body);
  Result<JsonValue> Patch(const std::string& path, const JsonValue& body);
  Result<JsonValue> PatchForJob(const std::string& path, const JsonValue& body);
  /// All items of a list, page by page, at most `limit`.
  Result<JsonValue::Array> List(const std::string& path, int64_t limit);

  /// Headers every request carries.
  const std::vector<std::pair<std::string, std::string>>& headers() const { return headers_; }
  HttpClient& client() { return client_; }
  const Context& context() const { return context_; }

 private:
  Result<JsonValue> Send(HttpRequest request);
  Result<JsonValue> SendJson(HttpRequest request, const JsonValue& body);

  const Context& context_;
  HttpClient client_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

/// Whether the member is true.
bool Says(const JsonValue& document, std::string_view member);
/// A value as people read it in a table cell: text without quotes, null as nothing.
std::string CellText(const JsonValue& value);
/// `items` as a table of the named members, or as JSON / NDJSON / CSV. Error: invalid_argument/bad_output for
/// Arrow.
Status PrintItems(const JsonValue::Array& items, const std::vector<std::string>& members,
                  OutputFormat output);

/// The document, or its error; the exit code.
int PrintDocument(const Result<JsonValue>& document);
/// The same for items.
int PrintList(const Result<JsonValue::Array>& items, const std::vector<std::string>& members,
              OutputFormat output);

}  // namespace lake::app
