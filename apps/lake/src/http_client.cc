#include "lake/app/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <mutex>

#include "lake/common/json.h"

namespace lake::app {
namespace {

constexpr size_t kMaxCollectedBytes = 256u << 20;  // An answer held in memory; larger ones are streamed.
constexpr long kConnectTimeoutSecs = 10;
constexpr int kPollMillis = 1000;

/// One exchange, seen from libcurl's callbacks.
struct Exchange {
  const Context& context;
  const HttpRequest& request;
  const BodySink* sink;
  HttpResponse response;
  size_t sent = 0;
  Status failure;  // Why a callback stopped the transfer.
};

Exchange& From(void* pointer) { return *static_cast<Exchange*>(pointer); }

size_t OnHeader(char* bytes, size_t size, size_t count, void* pointer) {
  Exchange& exchange = From(pointer);
  std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) {  // A new head: what came before was 100 Continue.
    exchange.response.headers.clear();
    const size_t blank = line.find(' ');
    if (blank != std::string_view::npos)
      std::from_chars(line.data() + blank + 1, line.data() + line.size(), exchange.response.status);
    return size * count;
  }
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (size_t colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    exchange.response.headers.emplace_back(std::move(name), value);
  }
  return size * count;
}

size_t OnBody(char* bytes, size_t size, size_t count, void* pointer) {
  Exchange& exchange = From(pointer);
  std::string_view piece(bytes, size * count);
  if (exchange.sink != nullptr && exchange.response.status < 400) {
    exchange.failure = (*exchange.sink)(piece);
  } else if (exchange.response.body.size() + piece.size() > kMaxCollectedBytes) {
    exchange.failure =
        ResourceExhausted("answer_too_large", "the answer is larger than {} bytes", kMaxCollectedBytes);
  } else {
    exchange.response.body.append(piece);
  }
  return exchange.failure.ok() ? piece.size() : 0;
}

size_t OnSend(char* buffer, size_t size, size_t count, void* pointer) {
  Exchange& exchange = From(pointer);
  std::span<char> space(buffer, size * count);
  if (exchange.request.source) {
    Result<size_t> filled = exchange.request.source->read(space);
    if (filled.ok()) return *filled;
    exchange.failure = std::move(filled).error();
    return CURL_READFUNC_ABORT;
  }
  std::string_view rest = std::string_view(exchange.request.body).substr(exchange.sent);
  size_t length = std::min(rest.size(), space.size());
  std::memcpy(space.data(), rest.data(), length);
  exchange.sent += length;
  return length;
}

int OnProgress(void* pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  Exchange& exchange = From(pointer);
  if (exchange.failure.ok()) exchange.failure = exchange.context.CheckAlive();
  return exchange.failure.ok() ? 0 : 1;
}

class HeaderList {
 public:
  void Add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  ~HeaderList() { curl_slist_free_all(list_); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

Error TransferError(CURLcode code, const char* text, const HttpServerAddress& server) {
  const std::string& base_url = server.base_url;
  if (*text == '\0') text = curl_easy_strerror(code);
  if (code == CURLE_PEER_FAILED_VERIFICATION)
    return Unavailable("server_not_trusted", "the certificate of {} cannot be verified: {}", base_url, text);
  if (code == CURLE_SSL_CACERT_BADFILE)
    return InvalidArgument("bad_ca_file", "cannot read certificates to trust from '{}'", server.ca_file)
        .WithCause(text);
  if (code == CURLE_SSL_CONNECT_ERROR)
    return Unavailable("tls_failed", "no TLS connection to {}: {}", base_url, text);
  if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_OPERATION_TIMEDOUT)
    return Unavailable("server_unreachable", "no server answers at {}", base_url).WithCause(text);
  return Unavailable("connection_lost", "the connection to {} broke off: {}", base_url, text);
}

void SetFixedOptions(CURL* curl, Exchange* exchange) {
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "127.0.0.1,localhost,[::1]");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSecs);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, OnProgress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, exchange);
}

/// libcurl verifies certificate and name unless told otherwise, and nothing here tells it.
void SetTls(CURL* curl, const HttpServerAddress& server) {
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (server.ca_file.empty()) return;
  curl_easy_setopt(curl, CURLOPT_CAINFO, server.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);  // In place of the machine's, not besides.
}

void SetMethod(CURL* curl, const HttpRequest& request, Exchange* exchange) {
  const bool has_body = request.source.has_value() || !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  if (has_body) {
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 512L << 10);  // Fewer wake-ups on a fast loopback.
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, OnSend);
    curl_easy_setopt(curl, CURLOPT_READDATA, exchange);
    if (!request.source || request.source->length)
      curl_easy_setopt(
          curl, CURLOPT_INFILESIZE_LARGE,
          static_cast<curl_off_t>(request.source ? *request.source->length : request.body.size()));
  }
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

ErrorCode CodeOfStatus(int status) {
  switch (status) {
    case 401:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kPermissionDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kFailedPrecondition;
    case 412:
      return ErrorCode::kAborted;
    case 429:
      return ErrorCode::kResourceExhausted;
    case 503:
      return ErrorCode::kUnavailable;
    case 504:
      return ErrorCode::kDeadlineExceeded;
    default:
      return status >= 500 ? ErrorCode::kInternal : ErrorCode::kInvalidArgument;
  }
}

Error ErrorOf(const JsonValue& problem, int status) {
  Error error(CodeOfStatus(status), std::string(problem.FindString("code")),
              std::string(problem.FindString("detail")));
  if (const JsonValue* details = problem.Find("errors"); details != nullptr && details->is_array())
    for (const JsonValue& detail : details->as_array())
      error.AddDetail(std::string(detail.FindString("pointer")), std::string(detail.FindString("detail")));
  return error;
}

}  // namespace

struct HttpClient::State {
  HttpServerAddress server;
  CURL* curl = nullptr;
  CURLM* multi = nullptr;  ///< Unlike a lone handle it can be woken.
  char error_text[CURL_ERROR_SIZE] = {};

  CURLcode Perform(const Context& context);
};

/// Like curl_easy_perform, which looks once a second only whether it shall stop while nothing moves.
CURLcode HttpClient::State::Perform(const Context& context) {
  const CancelRegistration wake = context.cancel.OnCancel([this] { curl_multi_wakeup(multi); });
  curl_multi_add_handle(multi, curl);
  CURLcode code = CURLE_FAILED_INIT;
  for (int running = 1; running > 0;) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) break;
    if (running > 0 && curl_multi_poll(multi, nullptr, 0, kPollMillis, nullptr) != CURLM_OK) break;
  }
  int left = 0;
  if (const CURLMsg* done = curl_multi_info_read(multi, &left); done != nullptr) code = done->data.result;
  curl_multi_remove_handle(multi, curl);
  return code;
}

std::string_view HttpResponse::Find(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return value;
  return {};
}

HttpClient::HttpClient(std::string base_url)
    : HttpClient(HttpServerAddress{.base_url = std::move(base_url)}) {}

HttpClient::HttpClient(HttpServerAddress server) : state_(std::make_unique<State>()) {
  static std::once_flag once;  // libcurl's own global state; idempotent and never torn down.
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  state_->server = std::move(server);
  state_->curl = curl_easy_init();
  state_->multi = curl_multi_init();
  LAKE_CHECK(state_->curl != nullptr && state_->multi != nullptr);
}

HttpClient::~HttpClient() {
  curl_easy_cleanup(state_->curl);
  curl_multi_cleanup(state_->multi);
}

const std::string& HttpClient::base_url() const { return state_->server.base_url; }

Result<HttpResponse> HttpClient::Send(const Context& context, const HttpRequest& request) {
  return Stream(context, request, BodySink());
}

Result<HttpResponse> HttpClient::Stream(const Context& context, const HttpRequest& request,
                                        const BodySink& sink) {
  Exchange exchange{.context = context, .request = request, .sink = sink ? &sink : nullptr};
  HeaderList headers;
  for (const auto& [name, value] : request.headers) headers.Add(fmt::format("{}: {}", name, value));
  headers.Add("Expect:");  // The server says no early enough; waiting for 100 Continue only costs time.
  const std::string url = state_->server.base_url + request.path;

  curl_easy_reset(state_->curl);  // Options only: the connection stays.
  curl_easy_setopt(state_->curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(state_->curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(state_->curl, CURLOPT_ERRORBUFFER, state_->error_text);
  SetFixedOptions(state_->curl, &exchange);
  SetTls(state_->curl, state_->server);
  SetMethod(state_->curl, request, &exchange);
  state_->error_text[0] = '\0';

  const CURLcode code = state_->Perform(context);
  if (!exchange.failure.ok()) return std::move(exchange.failure).error();
  // A refused upload: the server answered and closed before it had read everything. Its answer is what
  // counts.
  const bool refused_upload =
      exchange.response.status >= 400 && (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR);
  if (code != CURLE_OK && !refused_upload) return TransferError(code, state_->error_text, state_->server);
  return std::move(exchange.response);
}

Error ProblemToError(const HttpResponse& response) {
  const Result<JsonValue> problem = ParseJson(response.body);
  if (problem.ok() && !problem->FindString("code").empty()) return ErrorOf(*problem, response.status);
  // Something between us and the server, such as a proxy.
  const ErrorCode code = CodeOfStatus(response.status);
  if (response.status == 401) return Error(code, "no_credentials", "the server asks for a key");
  if (response.status == 403) return Error(code, "forbidden", "the server does not allow that");
  return Error(code, "http_error", fmt::format("the server answered with status {}", response.status));
}

Error ProblemToError(const JsonValue& problem) {
  const JsonValue* status = problem.Find("status");
  return ErrorOf(problem, status != nullptr && status->is_int() ? static_cast<int>(status->as_int()) : 500);
}

std::string UrlEncode(std::string_view text) {
  std::string encoded;
  for (char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '_' || c == '.' || c == '~';
    encoded += unreserved ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace lake::app
