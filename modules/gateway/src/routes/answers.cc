#include <chrono>
#include <utility>

#include "elapsed.h"
#include "lake/answers/answer_service.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/answer.h"
#include "text_events.h"

namespace lake::gateway {
namespace {

using access::Request;
using Clock = std::chrono::steady_clock;

answers::AnswerRequest FromWire(wire::AskIndex wanted) {
  return {.index_name = std::move(wanted.index_name),
          .question = std::move(wanted.question),
          .k = wanted.k,
          .mode = wanted.mode,
          .filter = std::move(wanted.filter).value_or(""),
          .doc_ids = std::move(wanted.doc_ids),
          .rerank = std::move(wanted.rerank),
          .style = wanted.style,
          .model = std::move(wanted.model).value_or(""),
          .max_tokens = wanted.max_tokens,
          .temperature = wanted.temperature};
}

wire::CitedAnswer ToWire(answers::Answer answer, Clock::time_point started) {
  return {.answer = std::move(answer.text),
          .citations = std::move(answer.citations),
          .supported = answer.supported,
          .style = answer.style,
          .model = std::move(answer.model),
          .finish_reason = answer.finish == models::FinishReason::kStop ? wire::FinishReason::kStop
                                                                        : wire::FinishReason::kLength,
          .sources_truncated = answer.sources_truncated,
          .question_truncated = answer.question_truncated,
          .exact = answer.exact,
          .recall_low = answer.recall_low,
          .stale = answer.stale,
          .version = answer.version.number,
          .elapsed_ms = MillisSince(started)};
}

/// Nothing to send for an answer without support: it has no sources.
answers::AnswerSink SinkOf(TextEvents& events) {
  return {.sources = [&events](std::span<const answers::Citation> sources) -> Status {
            if (sources.empty()) return {};
            return events.Send("sources", wire::AnswerSources{.sources = {sources.begin(), sources.end()}});
          },
          .piece =
              [&events](std::string_view piece) {
                return events.Send("text", wire::TextPiece{.text = std::string(piece)});
              }};
}

Status Ask(answers::AnswerService& answers, const Request& request, wire::AskIndex wanted,
           const RequestHead& head, ResponseWriter& writer) {
  const Clock::time_point started = Clock::now();
  LAKE_ASSIGN_OR_RETURN(const TextForm form,
                        ChooseTextForm(head, wanted.stream ? TextForm::kEvents : TextForm::kDocument));
  const bool streams = form == TextForm::kEvents;
  TextEvents events(head, writer);
  Result<answers::Answer> answer =
      answers.Ask(request, FromWire(std::move(wanted)), streams ? SinkOf(events) : answers::AnswerSink{});
  if (!answer.ok())
    return streams ? events.Fail(std::move(answer).error()) : Status(std::move(answer).error());
  const wire::CitedAnswer whole = ToWire(std::move(*answer), started);
  return streams ? events.Done(whole) : WriteWhole(whole, writer);
}

}  // namespace

void AddAnswerRoutes(Api& api, answers::AnswerService& answers) {
  DocumentedAnswer events = AnswerOf<wire::AnswerSources>(
      200,
      "Server-sent events: \"sources\" with what may be cited, then \"text\" with a piece of the answer "
      "each, then "
      "\"done\" with what the answer in JSON would be, or \"error\" with a problem: then the answer is not "
      "complete. Without support there are no sources.");
  events.media_type = std::string(kEventStream);
  api.AddStream<wire::AskIndex>(
      {Method::kPost, "/vectors/rag", "Answer a question from the texts of an index, with citations.",
       Permission::kRead},
      {.request = {}, .answers = {AnswerOf<wire::CitedAnswer>(200, "The answer, whole."), events}},
      [&answers](const Request& request, wire::AskIndex wanted, const RequestHead& head,
                 ResponseWriter& writer) { return Ask(answers, request, std::move(wanted), head, writer); });
}

}  // namespace lake::gateway
