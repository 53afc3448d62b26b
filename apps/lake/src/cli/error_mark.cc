#include "error_mark.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "terminal.h"

namespace lake::app {
namespace {

constexpr size_t kContextBytes = 60;  // Shown before and behind the place; more would wrap on a terminal.

/// The server's wire form is {"pointer": "/sql", "detail": "at byte 14"}.
std::optional<size_t> PositionOf(const Error& error) {
  constexpr std::string_view kStart = "at byte ";
  for (const ErrorDetail& detail : error.details()) {
    if (detail.pointer != "/sql" || !detail.message.starts_with(kStart)) continue;
    const char* end = detail.message.data() + detail.message.size();
    size_t position = 0;
    if (std::from_chars(detail.message.data() + kStart.size(), end, position).ec == std::errc())
      return position;
  }
  return std::nullopt;
}

bool InsideCharacter(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

}  // namespace

std::string MarkError(const Error& error, const SqlStatement& statement) {
  const std::optional<size_t> position = PositionOf(error);
  const std::string_view sql = statement.text;
  if (!position || *position > sql.size()) return "";
  const size_t line_start = *position == 0 ? 0 : sql.rfind('\n', *position - 1) + 1;  // npos + 1 is 0.
  size_t end = std::min(sql.find('\n', *position), sql.size());
  size_t start = line_start;
  if (*position - start > kContextBytes) start = *position - kContextBytes;
  end = std::min(end, *position + kContextBytes);
  while (InsideCharacter(sql, start)) ++start;
  while (InsideCharacter(sql, end)) ++end;
  std::string shown(sql.substr(start, end - start));
  std::ranges::replace_if(shown, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  const size_t line =
      statement.first_line + static_cast<size_t>(std::ranges::count(sql.substr(0, *position), '\n'));
  const std::string label = fmt::format("  line {}: {}", line, start > line_start ? "…" : "");
  const size_t caret = DisplayWidth(label) + DisplayWidth(shown.substr(0, *position - start));
  return fmt::format("{}{}\n{}^\n", label, shown, std::string(caret, ' '));
}

}  // namespace lake::app
