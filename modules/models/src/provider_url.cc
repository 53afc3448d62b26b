#include <algorithm>

#include "lake/models/remote_models.h"

namespace lake::models {
namespace {

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host == "127.0.0.1";
}

Error BadUrl(std::string_view what) {
  return InvalidArgument("bad_config", "the URL of a provider {}", what);
}

}  // namespace

Status CheckProviderUrl(const std::string& url, PlainHttp plain_http) {
  const bool plain = url.starts_with("http://");
  if (!plain && !url.starts_with("https://")) return BadUrl("begins with http:// or https://");
  const std::string_view rest = std::string_view(url).substr(plain ? 7 : 8);
  const bool printable = std::ranges::all_of(rest, [](char c) { return c > ' ' && c < 0x7F; });
  if (!printable || rest.find_first_of("?#@\\") != std::string_view::npos)
    return BadUrl("has a host, a port and a path, and neither a user nor a query");
  if (rest.ends_with('/')) return BadUrl("has no '/' at its end");
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  const std::string_view host = has_port ? authority.substr(0, colon) : authority;
  if (host.empty()) return BadUrl("has a host");
  if (plain && plain_http == PlainHttp::kLoopbackOnly && !IsLoopback(host))
    return BadUrl(
        "uses https:// unless it is a loopback address: texts and keys can be read on their way; insecure = "
        "true allows it");
  return {};
}

}  // namespace lake::models
