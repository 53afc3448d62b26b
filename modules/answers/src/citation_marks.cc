#include "citation_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace lake::answers {
namespace {

constexpr size_t kMaxMarkBytes = 64;  // Longer ones are text: nobody cites so many sources at once.
constexpr std::string_view kEnDash = "\u2013";

/// Of what may stand between the brackets of a mark; bytes of the dash are checked when it is closed.
bool IsMarkByte(char byte) {
  return (byte >= '0' && byte <= '9') || byte == ' ' || byte == ',' || byte == ';' || byte == '-' ||
         kEnDash.contains(byte);
}

/// A number, or nothing when there is none at `at`; one that no source can have is 0.
std::optional<uint32_t> TakeNumber(std::string_view text, size_t* at) {
  uint32_t number = 0;
  const std::string_view rest = text.substr(*at);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error == std::errc::invalid_argument) return std::nullopt;
  *at += static_cast<size_t>(end - rest.data());
  return error == std::errc() ? number : 0;
}

size_t SkipBlanks(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(' ', at), text.size());
}

size_t SkipDash(std::string_view text, size_t at) {
  if (text.substr(at).starts_with('-')) return at + 1;
  return text.substr(at).starts_with(kEnDash) ? at + kEnDash.size() : at;
}

struct Range {
  uint32_t first = 0;
  uint32_t last = 0;
};

/// What the text between brackets cites; nothing when it is no mark.
std::optional<std::vector<Range>> ParseMark(std::string_view text) {
  std::vector<Range> ranges;
  for (size_t at = SkipBlanks(text, 0);;) {
    const std::optional<uint32_t> first = TakeNumber(text, &at);
    if (!first) return std::nullopt;
    Range range = {.first = *first, .last = *first};
    at = SkipBlanks(text, at);
    if (const size_t behind = SkipDash(text, at); behind > at) {
      at = SkipBlanks(text, behind);
      const std::optional<uint32_t> last = TakeNumber(text, &at);
      if (!last) return std::nullopt;
      range.last = *last;
      at = SkipBlanks(text, at);
    }
    ranges.push_back(range);
    if (at == text.size()) return ranges;
    if (text[at] == ',' || text[at] == ';') at = SkipBlanks(text, at + 1);
    // Else blanks alone stand between two numbers; anything else is no number and ends the loop.
  }
}

}  // namespace

std::string WithoutMarks(std::string_view text) {
  std::string without(text);
  for (size_t open = 0; (open = without.find('[', open)) != std::string::npos; ++open) {
    const std::string_view inside = std::string_view(without).substr(open + 1, kMaxMarkBytes);
    const size_t close = inside.find(']');
    if (close == std::string_view::npos || !ParseMark(inside.substr(0, close))) continue;
    without[open] = '(';
    without[open + 1 + close] = ')';
  }
  return without;
}

std::string MarkOf(const std::vector<uint32_t>& numbers) {
  std::string mark;
  for (const uint32_t number : numbers) mark += fmt::format("[{}]", number);
  return mark;
}

std::string CitationFilter::Take(std::string_view piece) {
  std::string shown;
  for (const char byte : piece) TakeByte(byte, &shown);
  return shown;
}

std::string CitationFilter::End() {
  std::string rest = waiting_ == " " ? waiting_ : "";
  waiting_.clear();
  return rest;
}

void CitationFilter::TakeByte(char byte, std::string* shown) {
  const bool inside = waiting_.contains('[');
  if (inside && byte == ']') return CloseMark(shown);
  if (inside && IsMarkByte(byte) && waiting_.size() < kMaxMarkBytes) {
    waiting_ += byte;
    return;
  }
  if (byte == '[' && !inside) {
    waiting_ += byte;
    return;
  }
  Show(waiting_, shown);
  waiting_.clear();
  if (byte == ' ' || byte == '[')
    waiting_ = byte;
  else
    Show({&byte, 1}, shown);
}

void CitationFilter::CloseMark(std::string* shown) {
  const std::string mark = std::exchange(waiting_, "");
  const size_t open = mark.find('[');
  const std::string_view inside = std::string_view(mark).substr(open + 1);
  const std::optional<std::vector<Range>> ranges = ParseMark(inside);
  if (!ranges) return Show(mark + "]", shown);
  std::vector<uint32_t> numbers;
  for (const Range& range : *ranges)
    for (uint32_t n = std::max(range.first, 1u); n <= std::min(range.last, sources_); ++n)
      if (std::ranges::find(numbers, n) == numbers.end()) numbers.push_back(n);
  cited_.insert(numbers.begin(), numbers.end());
  if (!numbers.empty())
    Show(mark.substr(0, open) + MarkOf(numbers), shown);
  else if (open_)
    Show(fmt::format("({})", inside), shown);
}

void CitationFilter::Show(std::string_view text, std::string* shown) {
  for (const char byte : text) open_ = byte == '[' || (open_ && IsMarkByte(byte));
  *shown += text;
}

}  // namespace lake::answers
