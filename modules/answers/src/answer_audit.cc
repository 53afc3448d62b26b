#include "answer_audit.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

namespace lake::answers {
namespace {

/// What was asked stands last: it may be longer than a record, and the documents must not be cut off.
std::string StatementOf(const AnswerRequest& wanted, std::string_view by) {
  std::string statement = fmt::format("answer from {}{}: '{}'", wanted.index_name, by, wanted.question);
  if (!wanted.filter.empty()) statement += fmt::format(" where {}", wanted.filter);
  return statement;
}

}  // namespace

AnswerAudit::AnswerAudit(const AnswerParts& parts, const access::Request& request,
                         const AnswerRequest& wanted)
    : log_(parts.audit), wanted_(wanted) {
  const Timestamp now = parts.clock.Now();
  record_ = {.id = parts.random.NextUuid(now.micros / 1000),
             .time = now,
             .caller = request.caller.name,
             .role = request.caller.role,
             .operation = "answer",
             .statement = StatementOf(wanted, ""),
             .tables = {},
             .decision = access::AuditDecision::kAllowed,
             .error = {},
             .rows = {},
             .elapsed_ms = {}};
}

Status AnswerAudit::Begin(std::string_view model, std::span<const Citation> sources,
                          const std::vector<access::AuditedTable>& tables) {
  std::set<std::string> chunks;
  for (const Citation& source : sources) chunks.insert(fmt::format("{}/{}", source.doc_id, source.chunk));
  const std::string by =
      fmt::format(" by {}, {}", model,
                  chunks.empty() ? "no documents" : fmt::format("documents {}", fmt::join(chunks, " ")));
  record_.statement = StatementOf(wanted_, by);
  record_.tables = tables;
  LAKE_RETURN_IF_ERROR(log_.Begin(record_).get());
  begun_ = true;
  return {};
}

Result<Answer> AnswerAudit::Conclude(Result<Answer> answer) {
  if (!begun_) {
    if (answer.ok()) return Internal("answer_not_audited", "an answer without a record");
    const Error& why = answer.error();
    const bool denied = why.Is(ErrorCode::kPermissionDenied) || why.Is(ErrorCode::kUnauthenticated);
    record_.decision = denied ? access::AuditDecision::kDenied : access::AuditDecision::kRefused;
    record_.error = why.reason();
    LAKE_RETURN_IF_ERROR(log_.Begin(record_).get());
    return answer;
  }
  log_.End(
      {.id = record_.id,
       .time = record_.time,
       .rows = answer.ok() ? answer->citations.size() : 0,
       .elapsed_ms =
           std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started_).count(),
       .error = answer.ok() ? std::nullopt : std::optional(answer.error().reason())});
  return answer;
}

}  // namespace lake::answers
