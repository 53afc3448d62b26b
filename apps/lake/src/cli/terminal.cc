#include "terminal.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cwchar>

namespace lake::app {
namespace {

constexpr size_t kMaxCellColumns = 60;
constexpr size_t kOneLine = 100;  // Characters.
constexpr int kBarColumns = 24;
constexpr int64_t kRedrawMs = 80;  // Faster than the eye, slower than the terminal.

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Decodes one code point of text that is UTF-8 already; moves `at` behind it.
char32_t NextCodePoint(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[std::min(i, text.size() - 1)]); };
  const unsigned char first = byte(*at);
  const size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t point = length == 1 ? first : first & (0xff >> (length + 1));
  for (size_t i = 1; i < length; ++i) point = (point << 6) | (byte(*at + i) & 0x3f);
  *at += length;
  return point;
}

size_t WidthOf(char32_t point) {
  if (point >= 0x300 && point <= 0x36f) return 0;  // Combining marks.
  const int width = wcwidth(static_cast<wchar_t>(point));
  if (width >= 0) return static_cast<size_t>(width);
  return point < 0x20 || point == 0x7f ? 0 : 1;  // A locale that does not know the character.
}

/// Control characters would move the cursor: they are shown as a dot.
std::string Printable(std::string_view cell) {
  std::string shown;
  size_t columns = 0;
  for (size_t at = 0; at < cell.size();) {
    const size_t start = at;
    const char32_t point = NextCodePoint(cell, &at);
    const bool control = point < 0x20 || point == 0x7f;
    const size_t width = control ? 1 : WidthOf(point);
    if (columns + width > kMaxCellColumns - 1 && at < cell.size()) return shown + "…";
    shown += control ? "·" : std::string(cell.substr(start, at - start));
    columns += width;
  }
  return shown;
}

std::string Repeat(std::string_view piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

}  // namespace

bool IsTerminal(Stream stream) { return isatty(stream == Stream::kOut ? STDOUT_FILENO : STDERR_FILENO) == 1; }

size_t DisplayWidth(std::string_view utf8) {
  size_t columns = 0;
  for (size_t at = 0; at < utf8.size();) columns += WidthOf(NextCodePoint(utf8, &at));
  return columns;
}

std::string WithoutControls(std::string_view utf8) {
  std::string shown;
  for (size_t at = 0; at < utf8.size();) {
    const size_t start = at;
    const char32_t point = NextCodePoint(utf8, &at);
    const bool control = (point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7f && point < 0xa0);
    shown += control ? "·" : std::string(utf8.substr(start, at - start));
  }
  return shown;
}

std::string OneLine(std::string_view utf8) {
  std::string line;
  size_t characters = 0;
  for (const char c : utf8) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues && ++characters > kOneLine) return line + "…";
    line += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  return line;
}

std::string FormatTable(const std::vector<TableColumn>& columns,
                        const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const TableColumn& column : columns) widths.push_back(DisplayWidth(Printable(column.name)));
  std::vector<std::vector<std::string>> cells = rows;
  for (auto& row : cells)
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = Printable(row[i]);
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  auto line = [&](const auto& cell_of) {
    std::string text;
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string cell = cell_of(i);
      const std::string padding(widths[i] - DisplayWidth(cell), ' ');
      const bool right = columns[i].align == TableColumn::Align::kRight;
      text += (i == 0 ? " " : " │ ") + (right ? padding + cell : cell + padding);
    }
    while (text.ends_with(' ')) text.pop_back();
    return text + "\n";
  };
  std::string table = line([&](size_t i) { return Printable(columns[i].name); });
  for (size_t i = 0; i < columns.size(); ++i) table += (i == 0 ? "" : "┼") + Repeat("─", widths[i] + 2);
  table += "\n";
  for (const auto& row : cells) table += line([&](size_t i) { return row[i]; });
  return table;
}

std::string FormatBytes(uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double amount = static_cast<double>(bytes);
  size_t unit = 0;
  while (amount >= 1024 && unit + 1 < std::size(kUnits)) {
    amount /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, kUnits[unit]);
}

std::string FormatCount(uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string FormatSeconds(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  return fmt::format("{} min {} s", static_cast<int>(seconds) / 60, static_cast<int>(seconds) % 60);
}

ProgressBar::ProgressBar(std::string label) : label_(std::move(label)) {}
ProgressBar::~ProgressBar() { Clear(); }

void ProgressBar::Show(uint64_t done, std::optional<uint64_t> total, std::string_view unit) {
  if (!IsTerminal(Stream::kErr)) return;
  const int64_t now = NowMs();
  if (now - shown_at_ms_ < kRedrawMs) return;
  shown_at_ms_ = now;
  const bool bytes = unit == "bytes";
  auto amount = [&](uint64_t n) { return bytes ? FormatBytes(n) : FormatCount(n) + " " + std::string(unit); };
  std::string line = label_ + " ";
  if (total && *total > 0) {
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
    const auto full = static_cast<size_t>(part * kBarColumns);
    line += fmt::format("{}{} {:3.0f} %  {} of {}", Repeat("█", full), Repeat("░", kBarColumns - full),
                        part * 100, amount(done), amount(*total));
  } else {
    line += amount(done);
  }
  const size_t columns = DisplayWidth(line);
  fmt::print(stderr, "\r{}{}", line,
             std::string(shown_columns_ > columns ? shown_columns_ - columns : 0, ' '));
  std::fflush(stderr);
  shown_columns_ = columns;
}

void ProgressBar::Clear() {
  if (shown_columns_ == 0) return;
  fmt::print(stderr, "\r{}\r", std::string(shown_columns_, ' '));
  std::fflush(stderr);
  shown_columns_ = 0;
}

}  // namespace lake::app
