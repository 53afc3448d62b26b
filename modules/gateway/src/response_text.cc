#include "response_text.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include "http_status.h"
#include "lake/common/digits.h"
#include "text.h"

namespace lake::gateway {
namespace {

void AppendHeader(std::string_view name, std::string_view value, std::string* out) {
  out->append(name).append(": ");
  const auto begin = static_cast<std::ptrdiff_t>(out->size());
  out->append(value);
  std::ranges::replace_if(
      out->begin() + begin, out->end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  out->append("\r\n");
}

void AppendDate(std::time_t now, std::string* out) {
  using std::chrono::sys_seconds;
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds time{std::chrono::seconds(now)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto seconds = static_cast<uint64_t>((time - day).count());
  out->append("Date: ").append(kDays[std::chrono::weekday(day).c_encoding()]).append(", ");
  AppendDigits(unsigned(date.day()), 2, out);
  out->append(" ").append(kMonths[unsigned(date.month()) - 1]).append(" ");
  AppendDigits(static_cast<uint64_t>(int(date.year())), 4, out);
  out->append(" ");
  AppendDigits(seconds / 3600, 2, out);
  out->append(":");
  AppendDigits(seconds / 60 % 60, 2, out);
  out->append(":");
  AppendDigits(seconds % 60, 2, out);
  out->append(" GMT\r\n");
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
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("HTTP/1.1 {} {}\r\n"), head.status,
                 StatusPhrase(head.status));
  AppendHeader("Server", "lakehouse", &out);
  AppendDate(line.now, &out);
  if (!head.content_type.empty()) AppendHeader("Content-Type", head.content_type, &out);
  if (line.framing == BodyFraming::kLength)
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("Content-Length: {}\r\n"), line.length);
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
