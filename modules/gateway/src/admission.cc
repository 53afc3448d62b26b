#include "admission.h"

#include <algorithm>

#include "media_type.h"
#include "text.h"

namespace lake::gateway {
namespace {

using internal::BoundRoute;

size_t Count(const RequestHead& head, std::string_view name) {
  return static_cast<size_t>(
      std::ranges::count_if(head.headers, [&](const Header& h) { return EqualsIgnoringCase(h.name, name); }));
}

/// "localhost" of "LOCALHOST.:3100", "[::1]" of "[::1]:80"; "" when it is no authority.
std::string HostName(std::string_view authority) {
  size_t end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (authority.starts_with('[')) {
    if (end == std::string_view::npos) return "";
    ++end;
  }
  const std::string_view port = end < authority.size() ? authority.substr(end) : std::string_view();
  if (!port.empty() && (port[0] != ':' || port.find_first_not_of("0123456789", 1) != std::string_view::npos))
    return "";
  std::string name = LowerAscii(authority.substr(0, end));
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool ChangesNothing(Method method) { return method == Method::kGet || method == Method::kHead; }

/// A page of another site may not make a browser write here (RFC 6454: the origin's host and port are the
/// Host's).
Status CheckOrigin(const RequestHead& head) {
  if (ChangesNothing(head.method) || Count(head, "origin") == 0) return {};
  std::string_view origin = head.Find("origin");
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!origin.starts_with(scheme)) continue;
    origin.remove_prefix(scheme.size());
    if (Count(head, "origin") == 1 && EqualsIgnoringCase(origin, head.Find("host"))) return {};
    break;
  }
  return PermissionDenied("origin_not_allowed", "pages of another origin may not change anything here");
}

std::string AllowHeader(const std::vector<Method>& methods) {
  std::string allow = "OPTIONS";
  for (const Method method : methods) {
    allow.append(", ").append(NameOf(method));
    const bool has_head = std::ranges::find(methods, Method::kHead) != methods.end();
    if (method == Method::kGet && !has_head) allow.append(", HEAD");
  }
  return allow;
}

/// No route answers the request: it is OPTIONS, or nothing we have.
Verdict WithoutRoute(const RequestHead& head, const std::vector<Method>& allowed) {
  if (allowed.empty()) return Refused{NotFound("route_not_found", "there is nothing at {}", head.path)};
  const Header allow = {"Allow", AllowHeader(allowed)};
  if (head.method == Method::kOptions) return Answered{{.head = {.status = 204, .headers = {allow}}}};
  return Refused{Unimplemented("method_not_allowed", "{} does not take {}", head.path, NameOf(head.method)),
                 {allow}};
}

}  // namespace

Admission::Admission(const HttpServerOptions& options, const Api& api, HttpServer::Authenticate authenticate)
    : routes_(api.routes()), authenticate_(std::move(authenticate)), max_body_bytes_(options.max_body_bytes) {
  hosts_ = {"localhost", "127.0.0.1", "[::1]", options.address, fmt::format("[{}]", options.address)};
  for (const std::string& host : options.allowed_hosts) {
    if (host == "*") any_host_ = true;
    hosts_.push_back(LowerAscii(host));
  }
}

Status Admission::CheckHost(const RequestHead& head) const {
  if (Count(head, "host") != 1) return InvalidArgument("bad_http", "a request needs exactly one Host header");
  const std::string name = HostName(head.Find("host"));
  if (!name.empty() && (any_host_ || std::ranges::find(hosts_, name) != hosts_.end())) return {};
  return InvalidArgument("host_not_allowed", "this server does not answer for that host name");
}

Status Admission::CheckBody(const BoundRoute& route, const RequestHead& head, const Framing& framing) const {
  if (!framing.expect.empty() && !EqualsIgnoringCase(framing.expect, "100-continue"))
    return InvalidArgument("expectation_failed", "the only expectation known here is 100-continue");
  if (!route.reads_json && !route.is_upload())
    return framing.has_body ? Status(InvalidArgument("unexpected_body", "this route takes no body"))
                            : Status();
  if (!framing.has_body && !route.is_upload()) return {};
  const std::string type = MediaTypeOf(head.Find("content-type"));
  const bool known = route.is_upload()
                         ? std::ranges::find(route.request_types, type) != route.request_types.end()
                         : type == "application/json";
  if (!known)
    return InvalidArgument("unsupported_media_type", "this route takes {}",
                           route.is_upload() ? fmt::to_string(fmt::join(route.request_types, ", "))
                                             : std::string("application/json"));
  if (route.reads_json && framing.content_length.value_or(0) > max_body_bytes_)
    return ResourceExhausted("payload_too_large", "the body may have at most {} bytes", max_body_bytes_);
  return {};
}

Verdict Admission::Check(const RequestHead& head, const Framing& framing, Context context) const {
  if (Status host = CheckHost(head); !host.ok()) return Refused{std::move(host).error()};
  internal::RouteMatch match = routes_.Find(head.method, head.segments);
  if (match.route == nullptr) return WithoutRoute(head, match.allowed);
  if (Status origin = CheckOrigin(head); !origin.ok()) return Refused{std::move(origin).error()};
  Result<access::Request> request = authenticate_(head, std::move(context));
  if (!request.ok()) return Refused{std::move(request).error()};
  if (Status allowed = access::Require(*request, match.route->permission); !allowed.ok())
    return Refused{std::move(allowed).error()};
  if (Status body = CheckBody(*match.route, head, framing); !body.ok())
    return Refused{std::move(body).error()};
  return Admitted{match.route, std::move(match.values), std::move(*request)};
}

}  // namespace lake::gateway
