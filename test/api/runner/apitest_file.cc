#include "apitest_file.h"

#include <algorithm>
#include <charconv>

namespace lake::apitest {
namespace {

constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
constexpr std::string_view kExpect = "----";

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// "Name: value" with a name of letters, digits and '-'.
std::optional<std::pair<std::string, std::string>> AsHeader(std::string_view line) {
  const size_t colon = line.find(": ");
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view name = line.substr(0, colon);
  if (!std::ranges::all_of(name,
                           [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-'; }))
    return std::nullopt;
  return std::pair(std::string(name), std::string(line.substr(colon + 2)));
}

/// \xHH, \r, \n, \t, \\; a backslash at the end of a line joins it with the next.
std::string Unescape(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'x' && i + 2 < text.size()) {
      int value = 0;
      std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      bytes += static_cast<char>(value);
      i += 2;
    } else if (c != '\n') {
      bytes += c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
  }
  return bytes;
}

class Parser {
 public:
  explicit Parser(ApitestFile* file) : file_(*file) {}

  Status Parse() {
    while (at_ < file_.lines.size()) {
      const std::string& line = file_.lines[at_];
      if (line.empty() || line.starts_with('#')) {
        ++at_;
        continue;
      }
      LAKE_RETURN_IF_ERROR(ParseStep(line));
    }
    return {};
  }

 private:
  Error Bad(size_t line, std::string_view why) const {
    return InvalidArgument("bad_apitest", "{}:{}: {}", file_.name, line + 1, why);
  }

  Status ParseStep(const std::string& line) {
    Step step;
    step.line = at_ + 1;
    std::string_view rest = line;
    if (line == "restart" || line == "model providers") {
      step.kind = line == "restart" ? StepKind::kRestart : StepKind::kProviders;
      ++at_;
    } else if (rest.starts_with("advance ") || rest.starts_with("as ")) {
      step.kind = rest.starts_with("as ") ? StepKind::kAs : StepKind::kAdvance;
      step.argument = rest.substr(rest.find(' ') + 1);
      ++at_;
    } else if (rest.starts_with("sql ")) {
      step.kind = StepKind::kSql;
      LAKE_RETURN_IF_ERROR(ParseSql(&step));
    } else {
      LAKE_RETURN_IF_ERROR(ParseRequest(rest, &step));
    }
    file_.steps.push_back(std::move(step));
    return {};
  }

  Status ParseSql(Step* step) {
    step->argument = file_.lines[at_++].substr(4);
    while (at_ < file_.lines.size() && !file_.lines[at_].starts_with(kExpect))
      step->argument += "\n" + file_.lines[at_++];
    return ParseExpectation(step);
  }

  Status ParseRequest(std::string_view line, Step* step) {
    const size_t directive = at_;
    if (line.starts_with("wait until ")) {
      step->patience = Step::Patience::kUntilAsExpected;
      line.remove_prefix(11);
    }
    const size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    if (blank == std::string_view::npos) return Bad(directive, "unknown directive");
    step->path = line.substr(blank + 1);
    const bool upload = word == "upload";
    if (!upload && std::ranges::find(kMethods, word) == std::end(kMethods))
      return Bad(directive, "unknown directive");
    step->method = upload ? "POST" : std::string(word);
    ++at_;
    while (at_ < file_.lines.size()) {
      auto header = AsHeader(file_.lines[at_]);
      if (!header) break;
      step->headers.push_back(std::move(*header));
      ++at_;
    }
    std::string body;
    while (at_ < file_.lines.size() && !file_.lines[at_].starts_with(kExpect))
      body += file_.lines[at_++] + "\n";
    if (at_ == file_.lines.size()) return Bad(directive, "the request has no \"----\" line");
    if (!upload && body.ends_with('\n')) body.pop_back();
    step->body = upload ? Unescape(body) : body;
    if (upload &&
        std::ranges::none_of(step->headers, [](const auto& h) { return h.first == "Content-Type"; }))
      step->headers.emplace_back("Content-Type", "text/csv");
    if (!upload && !step->body.empty() &&
        std::ranges::none_of(step->headers, [](const auto& h) { return h.first == "Content-Type"; }))
      step->headers.emplace_back("Content-Type", "application/json");
    return ParseExpectation(step);
  }

  /// "---- 404 dataset_not_found", "---- rowsort" or "----", then headers, then the body up to an empty line.
  Status ParseExpectation(Step* step) {
    if (at_ == file_.lines.size()) return Bad(at_ - 1, "a \"----\" line is missing");
    Expectation expected;
    std::string_view head = std::string_view(file_.lines[at_]).substr(kExpect.size());
    while (head.starts_with(' ')) head.remove_prefix(1);
    if (head == "rowsort") {
      expected.order = Expectation::Order::kSorted;
    } else if (!head.empty()) {
      auto parsed = std::from_chars(head.data(), head.data() + head.size(), expected.status);
      if (parsed.ec == std::errc()) head.remove_prefix(static_cast<size_t>(parsed.ptr - head.data()));
      while (head.starts_with(' ')) head.remove_prefix(1);
      expected.code = head;
    }
    step->expected_head_line = at_++;
    while (at_ < file_.lines.size() && step->kind == StepKind::kRequest) {
      auto header = AsHeader(file_.lines[at_]);
      if (!header) break;
      std::ranges::transform(header->first, header->first.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      });
      expected.headers.push_back(std::move(*header));
      ++at_;
    }
    step->expected_first_line = at_;
    while (at_ < file_.lines.size() && !file_.lines[at_].empty()) expected.body += file_.lines[at_++] + "\n";
    step->expected_last_line = at_;
    step->expected = std::move(expected);
    return {};
  }

  ApitestFile& file_;
  size_t at_ = 0;
};

}  // namespace

Result<ApitestFile> ParseApitest(std::string name, std::string_view text) {
  ApitestFile file{.name = std::move(name), .lines = SplitLines(text), .steps = {}};
  LAKE_RETURN_IF_ERROR(Parser(&file).Parse());
  return file;
}

}  // namespace lake::apitest
