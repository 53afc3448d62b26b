#include "answer_copy.h"

#include <cstdio>
#include <optional>

#include "lake/common/json.h"

namespace lake::app {
namespace {

constexpr std::string_view kErrorLine = "{\"error\":{";
constexpr std::string_view kErrorMember = ",\"error\":{";
constexpr size_t kMaxErrorBytes = 256u << 10;  // Far more than a sentence and the places that it names.

Status Print(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size())
    return Cancelled("interrupted", "stdout was closed");
  return {};
}

/// The problem document in {"error": …}.
std::optional<Error> ErrorIn(std::string_view document) {
  const Result<JsonValue> parsed = ParseJson(document);
  if (!parsed.ok() || !parsed->is_object() || parsed->as_object().size() != 1) return std::nullopt;
  const JsonValue* problem = parsed->Find("error");
  if (problem == nullptr || problem->FindString("code").empty()) return std::nullopt;
  return ProblemToError(*problem);
}

/// Where the last line begins, its own end not counted.
size_t LastLine(std::string_view text) {
  const size_t before = text.size() < 2 ? std::string_view::npos : text.rfind('\n', text.size() - 2);
  return before == std::string_view::npos ? 0 : before + 1;
}

bool MayBeError(std::string_view line) {
  return line.size() <= kMaxErrorBytes && line.starts_with(kErrorLine.substr(0, line.size()));
}

}  // namespace

Status AnswerCopy::Take(std::string_view piece) {
  if (output_ == OutputFormat::kNdjson) return TakeLines(piece);
  if (output_ == OutputFormat::kJson) {
    end_.append(piece);
    if (end_.size() > 2 * kMaxErrorBytes) end_.erase(0, end_.size() - kMaxErrorBytes);
  }
  return Print(piece);
}

Status AnswerCopy::TakeLines(std::string_view piece) {
  end_.append(piece);
  if (end_.empty()) return {};
  const size_t last = LastLine(end_);
  const bool whole_line = last > 0 || !inside_line_;
  const size_t copied = whole_line && MayBeError(std::string_view(end_).substr(last)) ? last : end_.size();
  inside_line_ = copied == end_.size() && !end_.ends_with('\n');
  LAKE_RETURN_IF_ERROR(Print(std::string_view(end_).substr(0, copied)));
  end_.erase(0, copied);
  return {};
}

Status AnswerCopy::End(const HttpResponse& response) {
  if (output_ == OutputFormat::kJson) return EndOfDocument();
  // The number of rows follows the rows only when they are all there: then this is one, whatever it looks
  // like.
  const bool complete = !response.Find("x-lakehouse-row-count").empty();
  std::optional<Error> error = complete ? std::nullopt : ErrorIn(end_);
  return error ? Status(std::move(*error)) : Print(end_);
}

Status AnswerCopy::EndOfDocument() const {
  if (!end_.ends_with("}}")) return {};  // The last member is no object, so it is not the error.
  // Nothing inside the error holds this: a quote in its texts is escaped.
  const size_t error = end_.rfind(kErrorMember);
  if (error != std::string::npos)
    if (std::optional<Error> told = ErrorIn("{" + end_.substr(error + 1))) return std::move(*told);
  return Internal("bad_answer", "the answer is not complete, and it does not say why");
}

}  // namespace lake::app
