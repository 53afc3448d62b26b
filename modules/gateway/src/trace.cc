#include "trace.h"

#include <algorithm>

#include "text.h"

namespace lake::gateway {
namespace {

bool IsRequestId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (ToLowerAscii(c) >= 'a' && ToLowerAscii(c) <= 'z') || c == '.' ||
           c == '_' || c == '-';
  });
}

bool IsHexId(std::string_view text, size_t length) {
  return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         text.find_first_not_of('0') != std::string_view::npos;
}

/// version "-" trace-id "-" parent-id "-" flags (W3C Trace Context, section 3.2); "" when it is not
/// well-formed.
std::string_view TraceIdOf(std::string_view traceparent) {
  std::string_view rest = traceparent;
  const std::string_view version = CutAt('-', &rest);
  const std::string_view trace_id = CutAt('-', &rest);
  const std::string_view parent_id = CutAt('-', &rest);
  const bool known_version =
      version.size() == 2 && HexDigit(version[0]) && HexDigit(version[1]) && version != "ff";
  return known_version && IsHexId(trace_id, 32) && IsHexId(parent_id, 16) && rest.size() >= 2
             ? trace_id
             : std::string_view();
}

}  // namespace

TraceNames NameRequest(const RequestHead& head, RandomSource& random) {
  const std::string_view given = head.Find("x-request-id");
  TraceNames names = {.request_id = IsRequestId(given) ? std::string(given) : "",
                      .trace_id = std::string(TraceIdOf(head.Find("traceparent")))};
  if (names.request_id.empty())
    names.request_id = names.trace_id.empty() ? random.NextHex(16) : names.trace_id;
  if (names.trace_id.empty()) names.trace_id = names.request_id;
  return names;
}

}  // namespace lake::gateway
