// The checks between a request's head and its body: who may come in, and with what.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lake/gateway/http_server.h"
#include "request_parser.h"
#include "route_table.h"

namespace lake::gateway {

struct Admitted {
  const internal::BoundRoute* route;
  PathValues path_values;
  access::Request request;
};

struct Refused {
  Error error;
  std::vector<Header> headers = {};
};

/// An answer the server gives itself (OPTIONS).
struct Answered {
  Answer answer;
};

using Verdict = std::variant<Admitted, Refused, Answered>;

/// Any thread.
class Admission {
 public:
  Admission(const HttpServerOptions& options, const Api& api, HttpServer::Authenticate authenticate);

  /// In the order said in http_server.h. Errors: invalid_argument/bad_http, /host_not_allowed,
  /// /unexpected_body, not_found/route_not_found, unimplemented/method_not_allowed with Allow,
  /// permission_denied/origin_not_allowed, those of `authenticate` and access::Require,
  /// invalid_argument/unsupported_media_type, /expectation_failed, resource_exhausted/payload_too_large.
  Verdict Check(const RequestHead& head, const Framing& framing, Context context) const;

 private:
  Status CheckHost(const RequestHead& head) const;
  Status CheckBody(const internal::BoundRoute& route, const RequestHead& head, const Framing& framing) const;

  const internal::RouteTable& routes_;
  const HttpServer::Authenticate authenticate_;
  const uint64_t max_body_bytes_;
  std::vector<std::string> hosts_;  ///< Lower case.
  bool any_host_ = false;
};

}  // namespace lake::gateway
