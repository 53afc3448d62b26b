#include "response_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "http_status.h"
#include "text.h"

namespace lake::gateway {
namespace {

void AppendHeader(std::string_view name, std::string_view value, std::string* out) {
  out->append(name).append(": ");
  std::ranges::transform(value, std::back_inserter(*out),
                         [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c; });
  out->append("\r\n");
}

void AppendDate(std::time_t now, std::string* out) {
  std::tm utc = {};
  gmtime_r(&now, &utc);
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  fmt::format_to(std::back_inserter(*out), "Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                 kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                 kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                 utc.tm_sec);
}

bool Has(const ResponseHead& head, std::string_view name) {
  return std::ranges::any_of(head.headers, [&](const Header& h) { return EqualsIgnoringCase(h.name, name); });
}

void AppendSafetyHeaders(const ResponseHead& head, std::string* out) {
  AppendHeader("X-Content-Type-Options", "nosniff", out);
  if (!Has(head, "Cache-Control")) AppendHeader("Cache-Control", "no-store", out);
  if (head.content_type.starts_with("text/html") && !Has(head, "Content-Security-Policy"))
    AppendHeader("Content-Security-Policy", "frame-ancestors 'none'", out);
}

}  // namespace

std::string WriteHead(const ResponseHead& head, const ResponseLine& line) {
  std::string out;
  out.reserve(512);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", head.status, StatusPhrase(head.status));
  AppendHeader("Server", "lakehouse", &out);
  AppendDate(line.now, &out);
  if (!head.content_type.empty()) AppendHeader("Content-Type", head.content_type, &out);
  if (line.framing == BodyFraming::kLength)
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", line.length);
  if (line.framing == BodyFraming::kChunked) AppendHeader("Transfer-Encoding", "chunked", &out);
  if (!line.keep_alive) AppendHeader("Connection", "close", &out);
  if (line.keep_alive && !line.http11) AppendHeader("Connection", "keep-alive", &out);
  AppendHeader("X-Request-Id", line.request_id, &out);
  AppendSafetyHeaders(head, &out);
  for (const Header& header : head.headers) AppendHeader(header.name, header.value, &out);
  out.append("\r\n");
  return out;
}

std::string ChunkPrefix(size_t bytes) { return fmt::format("{:x}\r\n", bytes); }

std::string LastChunk(const std::vector<Header>& trailers) {
  std::string out = "0\r\n";
  for (const Header& trailer : trailers) AppendHeader(trailer.name, trailer.value, &out);
  out.append("\r\n");
  return out;
}

}  // namespace lake::gateway
