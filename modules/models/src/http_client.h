// HttpClient: one request to a provider of models and its answer, with a bound for each phase.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"

namespace lake::models {

struct HttpPhases {
  std::chrono::milliseconds connect;
  std::chrono::milliseconds first_byte;  ///< From the begin of the call.
  std::chrono::milliseconds between_bytes;
  std::chrono::milliseconds whole;
};

struct HttpCall {
  std::string method;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< Of a POST.
  HttpPhases phases;
};

struct HttpAnswer {
  int status = 0;
  std::string body;  ///< Empty when a sink took it.
};

/// Takes the body of an answer below 400 as it arrives; its error ends the call and is its result.
using BodySink = std::function<Status(std::string_view bytes)>;

/// Most bytes of an answer that is collected: 64 vectors of 8,192 numbers in JSON are 12 MiB.
inline constexpr size_t kMaxAnswerBytes = 32u << 20;

/// Any thread.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// The answer whatever its status; an empty sink collects the body. Redirects are answers like others.
  /// Errors: unavailable/provider_unreachable, provider_too_slow, provider_cut, bad_provider_answer (more
  /// than kMaxAnswerBytes); those of the sink and the context.
  virtual Result<HttpAnswer> Send(const Context& context, const HttpCall& call, const BodySink& sink) = 0;
};

/// With libcurl; connections are kept open between calls.
std::unique_ptr<HttpClient> MakeCurlClient();

}  // namespace lake::models
