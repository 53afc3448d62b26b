#include "plan_text.h"

#include <fmt/format.h>

namespace lake::app {
namespace {

/// "people (id, name)" on one line.
std::string OneLine(std::string_view text) {
  std::string line;
  for (const char c : text) line += c == '\n' ? std::string(", ") : std::string(1, c);
  return line;
}

void AppendOperator(const JsonValue& op, const std::string& before, const std::string& below,
                    std::string* out) {
  out->append(before).append(op.FindString("operator"));
  if (const JsonValue* rows = op.Find("estimated_rows"); rows != nullptr && rows->is_number())
    out->append(fmt::format("  ~{} rows", WriteJson(*rows)));
  if (const JsonValue* details = op.Find("details"); details != nullptr && details->is_object())
    for (const auto& [name, value] : details->as_object())
      if (value.is_string()) out->append(fmt::format("  {}: {}", name, OneLine(value.as_string())));
  out->append("\n");
  const JsonValue* children = op.Find("children");
  if (children == nullptr || !children->is_array()) return;
  for (const JsonValue& child : children->as_array()) {
    const bool last = &child == &children->as_array().back();
    AppendOperator(child, below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "), out);
  }
}

}  // namespace

std::string FormatPlan(const JsonValue& plan) {
  std::string text;
  AppendOperator(plan, "", "", &text);
  return text;
}

Status PrintPlan(Rest& rest, OutputFormat output, const HttpRequest& request) {
  const bool as_json = output == OutputFormat::kJson || output == OutputFormat::kNdjson;
  if (!as_json && output != OutputFormat::kTable)
    return InvalidArgument("bad_output", "a plan is printed as table, json or ndjson");
  LAKE_ASSIGN_OR_RETURN(HttpResponse response, rest.client().Send(rest.context(), request));
  if (response.status >= 400) return ProblemToError(response);
  LAKE_ASSIGN_OR_RETURN(const JsonValue answer,
                        ParseJson(response.body, {.max_bytes = SIZE_MAX, .max_depth = 5000}));
  const JsonValue* plan = answer.Find("plan");
  if (plan == nullptr) return Internal("bad_answer", "the server's answer has no plan");
  fmt::print("{}", as_json ? WriteJson(answer) + "\n" : FormatPlan(*plan));
  return {};
}

}  // namespace lake::app
