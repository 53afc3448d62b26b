// HTTP as the command line, the demo and the golden tests speak it to a lakehouse server.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::app {

/// A body that is produced while it is sent.
struct BodySource {
  std::optional<uint64_t> length;  ///< Sent as Content-Length; chunked when not known.
  /// Fills the buffer; 0 at the end.
  std::function<Result<size_t>(std::span<char> buffer)> read;
};

struct HttpRequest {
  std::string method = "GET";
  std::string path = "/";  ///< With the query, percent-encoded.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::optional<BodySource> source = std::nullopt;  ///< Instead of `body`.
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string body;

  std::string_view Find(std::string_view lower_case_name) const;
};

/// What to do with the body of an answer whose status is below 400; other bodies are small and always
/// collected.
using BodySink = std::function<Status(std::string_view piece)>;

/// Which server, and whom to trust about it.
struct HttpServerAddress {
  std::string base_url;      ///< Without trailing '/', e.g. "https://lake.example.org:3100".
  std::string ca_file = {};  ///< PEM; empty: the authorities that this machine trusts.
};

/// One thread at a time; keeps its connection open between calls. The certificate of an https server is
/// always verified.
class HttpClient {
 public:
  /// `base_url` without trailing '/', e.g. "http://127.0.0.1:3100".
  explicit HttpClient(std::string base_url);
  explicit HttpClient(HttpServerAddress server);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  const std::string& base_url() const;

  /// The answer whatever its status. Errors: unavailable/server_unreachable, unavailable/connection_lost (the
  /// answer was cut), unavailable/server_not_trusted, unavailable/tls_failed, invalid_argument/bad_ca_file,
  /// resource_exhausted/answer_too_large (256 MiB collected), those of the source, the context.
  Result<HttpResponse> Send(const Context& context, const HttpRequest& request);
  /// The same, with the body handed to `sink` as it arrives; the response's body stays empty below 400.
  Result<HttpResponse> Stream(const Context& context, const HttpRequest& request, const BodySink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The problem document of an answer of 400 and above as an Error; code by status, reason and sentence by the
/// document.
Error ProblemToError(const HttpResponse& response);

/// The same of a document that an answer holds; the status is its own.
Error ProblemToError(const JsonValue& problem);

/// Percent-encodes everything but unreserved characters.
std::string UrlEncode(std::string_view text);

}  // namespace lake::app
