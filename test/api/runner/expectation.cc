#include "expectation.h"

#include <fmt/format.h>

#include <regex>

namespace lake::apitest {
namespace {

constexpr std::string_view kMore = "...";

bool IsPlaceholder(const JsonValue& value) {
  return value.is_string() && value.as_string().starts_with('<') && value.as_string().ends_with('>') &&
         (value.as_string() == "<any>" || value.as_string().starts_with("<id:") ||
          value.as_string().starts_with("<re:"));
}

std::string Inside(const std::string& placeholder) { return placeholder.substr(4, placeholder.size() - 5); }

std::string TextOf(const JsonValue& value) {
  return value.is_string() ? value.as_string() : WriteJson(value);
}

std::string MatchPlaceholder(const std::string& placeholder, const JsonValue& actual, Captures* captures,
                             const std::string& at) {
  if (placeholder == "<any>") return "";
  const std::string text = TextOf(actual);
  if (placeholder.starts_with("<re:"))
    return std::regex_match(text, std::regex(Inside(placeholder)))
               ? ""
               : fmt::format("{}: '{}' does not match {}", at, text, placeholder);
  auto [known, fresh] = captures->emplace(Inside(placeholder), text);
  return fresh || known->second == text
             ? ""
             : fmt::format("{}: {} is '{}', not '{}'", at, placeholder, known->second, text);
}

std::string MatchObject(const JsonValue& expected, const JsonValue& actual, Captures* captures,
                        const std::string& at) {
  if (!actual.is_object()) return fmt::format("{}: expected an object, got {}", at, WriteJson(actual));
  for (const auto& [name, value] : expected.as_object()) {
    if (name == kMore) continue;
    const JsonValue* member = actual.Find(name);
    if (member == nullptr) return fmt::format("{}/{}: is missing", at, name);
    if (std::string difference = MatchJson(value, *member, captures, at + "/" + name); !difference.empty())
      return difference;
  }
  if (expected.Find(kMore) != nullptr) return "";
  for (const auto& [name, value] : actual.as_object())
    if (expected.Find(name) == nullptr)
      return fmt::format("{}/{}: is not expected: {}", at, name, WriteJson(value));
  return "";
}

std::string MatchArray(const JsonValue& expected, const JsonValue& actual, Captures* captures,
                       const std::string& at) {
  if (!actual.is_array()) return fmt::format("{}: expected an array, got {}", at, WriteJson(actual));
  const auto& wanted = expected.as_array();
  const auto& got = actual.as_array();
  for (size_t i = 0; i < std::min(wanted.size(), got.size()); ++i)
    if (std::string difference = MatchJson(wanted[i], got[i], captures, fmt::format("{}/{}", at, i));
        !difference.empty())
      return difference;
  return wanted.size() == got.size()
             ? ""
             : fmt::format("{}: expected {} items, got {}", at, wanted.size(), got.size());
}

/// A line with placeholders as a regular expression; the names of its captures in order.
std::regex LineExpression(std::string_view line, std::vector<std::string>* names) {
  std::string expression;
  for (size_t at = 0; at < line.size();) {
    const size_t end = line[at] == '<' ? line.find('>', at) : std::string_view::npos;
    const std::string_view placeholder = end == std::string_view::npos ? "" : line.substr(at, end - at + 1);
    if (placeholder == "<any>") {
      expression += "[^]*?";
    } else if (placeholder.starts_with("<id:")) {
      expression += "(.*?)";
      names->push_back(Inside(std::string(placeholder)));
    } else if (placeholder.starts_with("<re:")) {
      expression += "(?:" + Inside(std::string(placeholder)) + ")";
    } else {
      if (std::string_view("\\^$.|?*+()[]{}").find(line[at]) != std::string_view::npos) expression += '\\';
      expression += line[at++];
      continue;
    }
    at = end + 1;
  }
  return std::regex(expression);
}

}  // namespace

std::string Substitute(std::string_view text, const Captures& captures) {
  std::string result(text);
  for (const auto& [name, value] : captures) {
    const std::string placeholder = "<id:" + name + ">";
    for (size_t at = result.find(placeholder); at != std::string::npos;
         at = result.find(placeholder, at + value.size()))
      result.replace(at, placeholder.size(), value);
  }
  return result;
}

std::string MatchJson(const JsonValue& expected, const JsonValue& actual, Captures* captures,
                      const std::string& at) {
  if (IsPlaceholder(expected)) return MatchPlaceholder(expected.as_string(), actual, captures, at);
  if (expected.is_object()) return MatchObject(expected, actual, captures, at);
  if (expected.is_array()) return MatchArray(expected, actual, captures, at);
  return expected == actual
             ? ""
             : fmt::format("{}: expected {}, got {}", at, WriteJson(expected), WriteJson(actual));
}

std::string MatchText(std::string_view expected, std::string_view actual, Captures* captures) {
  std::vector<std::string> names;
  const std::string known = Substitute(expected, *captures);
  const std::regex expression = LineExpression(known, &names);
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_match(actual.begin(), actual.end(), match, expression))
    return fmt::format("expected\n{}got\n{}", expected, actual);
  for (size_t i = 0; i < names.size(); ++i) captures->emplace(names[i], match[i + 1].str());
  return "";
}

JsonValue KeepPlaceholders(const JsonValue& expected, const JsonValue& actual) {
  Captures scratch;
  if (IsPlaceholder(expected))
    return MatchPlaceholder(expected.as_string(), actual, &scratch, "").empty() ? expected : actual;
  if (expected.is_object() && actual.is_object()) {
    JsonValue kept = JsonValue::MakeObject();
    const bool partial = expected.Find(kMore) != nullptr;
    for (const auto& [name, value] : actual.as_object()) {
      const JsonValue* wanted = expected.Find(name);
      if (wanted != nullptr)
        kept.Set(name, KeepPlaceholders(*wanted, value));
      else if (!partial)
        kept.Set(name, value);
    }
    if (partial) kept.Set(kMore, JsonValue(kMore));
    return kept;
  }
  if (expected.is_array() && actual.is_array()) {
    JsonValue kept = JsonValue::MakeArray();
    for (size_t i = 0; i < actual.as_array().size(); ++i)
      kept.Append(i < expected.as_array().size()
                      ? KeepPlaceholders(expected.as_array()[i], actual.as_array()[i])
                      : actual.as_array()[i]);
    return kept;
  }
  return actual;
}

}  // namespace lake::apitest
