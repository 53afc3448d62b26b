#include "served_request.h"

#include "binding.h"
#include "coded_writer.h"
#include "http_status.h"
#include "problem.h"

namespace lake::gateway {
namespace {

void LogFailure(const ServedRequest& served, const Error& error, Log& log) {
  const bool ours = HttpStatus(error) == 500;
  if (!ours && error.internal_cause().empty()) return;
  log.Write(ours ? LogLevel::kError : LogLevel::kWarning, "request_failed",
            std::initializer_list<Log::Field>{{"request_id", served.head.request_id},
                                              {"path", served.route->path},
                                              {"code", ErrorCodeName(error.code())},
                                              {"reason", error.reason()},
                                              {"message", error.message()},
                                              {"cause", error.internal_cause()}});
}

void CloseWithProblem(ServedRequest& served, const Error& error, Log& log) {
  LogFailure(served, error, log);
  served.answer.CloseWith(InWantedCoding(ProblemAnswer(error, served.head.request_id), served.head));
}

void CloseWithResult(ServedRequest& served, Result<Answer> answer, Log& log) {
  if (!answer.ok()) return CloseWithProblem(served, answer.error(), log);
  served.answer.CloseWith(InWantedCoding(std::move(*answer), served.head));
}

void CloseStream(ServedRequest& served, const Status& status, Log& log) {
  const bool head_was_all = !status.ok() && status.error().Is("head_only");
  if (served.answer.started() && (status.ok() || head_was_all || !served.answer.Withdraw())) {
    if (!status.ok()) LogFailure(served, status.error(), log);
    return served.answer.Close(status.ok() || head_was_all ? std::string() : status.error().reason());
  }
  CloseWithProblem(served, status.ok() ? Internal("no_answer", "the route gave no answer") : status.error(),
                   log);
}

}  // namespace

void Serve(ServedRequest& served, Log& log) {
  TracedLog traced(log, served.request.context.trace_id);
  Result<JsonValue> document =
      BindRequest(*served.route, served.path_values, served.head, served.body.text());
  served.body.Release();  // Before the answer, so that who has it may send as much again.
  if (!document.ok()) return CloseWithProblem(served, document.error(), traced);
  const std::optional<AcceptedCodings> accepted = ReadAcceptEncoding(served.head);
  if (!accepted) return CloseWithProblem(served, NoAcceptableCoding(), traced);  // Before anything is done.
  if (const auto* plain = std::get_if<internal::PlainHandler>(&served.route->handler))
    return CloseWithResult(served, (*plain)(served.request, *document), traced);
  if (const auto* upload = std::get_if<internal::UploadHandler>(&served.route->handler))
    return CloseWithResult(served, (*upload)(served.request, *document, served.head, served.upload), traced);
  const auto& stream = std::get<internal::StreamHandler>(served.route->handler);
  CodedWriter writer(*accepted, served.answer);
  CloseStream(served, stream(served.request, *document, served.head, writer), traced);
}

}  // namespace lake::gateway
