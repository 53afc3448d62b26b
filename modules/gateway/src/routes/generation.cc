#include <algorithm>
#include <chrono>
#include <utility>

#include "elapsed.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/generation.h"
#include "lake/models/provider.h"
#include "model_error.h"
#include "text_events.h"

namespace lake::gateway {
namespace {

using access::Request;
using models::Provider;
using Clock = std::chrono::steady_clock;

models::ChatRole FromWire(wire::ChatRole role) {
  switch (role) {
    case wire::ChatRole::kSystem:
      return models::ChatRole::kSystem;
    case wire::ChatRole::kUser:
      return models::ChatRole::kUser;
    case wire::ChatRole::kAssistant:
      return models::ChatRole::kAssistant;
  }
  return models::ChatRole::kUser;  // Not reached: the switch is exhaustive.
}

models::GenerationRequest FromWire(wire::GenerateText wanted) {
  models::GenerationRequest request = {.prompt = std::move(wanted.prompt).value_or(""),
                                       .max_tokens = wanted.max_tokens,
                                       .temperature = wanted.temperature,
                                       .seed = wanted.seed,
                                       .stop = std::move(wanted.stop)};
  for (wire::ChatMessage& message : wanted.messages)
    request.messages.push_back({.role = FromWire(message.role), .content = std::move(message.content)});
  return request;
}

wire::GeneratedText ToWire(models::Generation made, Clock::time_point started) {
  return {.model = std::move(made.model.name),
          .model_version = std::move(made.model.digest),
          .text = std::move(made.text),
          .finish_reason = made.finish == models::FinishReason::kStop ? wire::FinishReason::kStop
                                                                      : wire::FinishReason::kLength,
          .prompt_tokens = made.prompt_tokens,
          .tokens = made.tokens,
          .elapsed_ms = MillisSince(started)};
}

Status Generate(Provider& models, const Request& request, wire::GenerateText wanted, const RequestHead& head,
                ResponseWriter& writer) {
  const Clock::time_point started = Clock::now();
  LAKE_ASSIGN_OR_RETURN(const TextForm form,
                        ChooseTextForm(head, wanted.stream ? TextForm::kEvents : TextForm::kDocument));
  Result<std::shared_ptr<models::Generator>> generator = models.FindGenerator(wanted.model.value_or(""));
  if (!generator.ok()) return AtModel(std::move(generator).error(), wanted.model);
  const bool streams = form == TextForm::kEvents;
  TextEvents events(head, writer);
  models::TextSink sink;
  if (streams)
    sink = [&events](std::string_view piece) {
      return events.Send("text", wire::TextPiece{.text = std::string(piece)});
    };
  Result<models::Generation> made =
      (*generator)->Generate(request.context, FromWire(std::move(wanted)), sink);
  if (!made.ok()) return streams ? events.Fail(std::move(made).error()) : Status(std::move(made).error());
  const wire::GeneratedText whole = ToWire(std::move(*made), started);
  if (streams) return events.Done(whole);
  return WriteWhole(whole, writer);
}

Result<wire::RankedTexts> Rank(Provider& models, const Request& request, const wire::RankTexts& wanted) {
  const Clock::time_point started = Clock::now();
  Result<std::shared_ptr<models::Reranker>> reranker = models.FindReranker(wanted.model.value_or(""));
  if (!reranker.ok()) return AtModel(std::move(reranker).error(), wanted.model);
  LAKE_ASSIGN_OR_RETURN(models::Ranking ranking,
                        (*reranker)->Rank(request.context, wanted.query, wanted.texts));
  wire::RankedTexts answer = {.model = std::move(ranking.model.name),
                              .model_version = std::move(ranking.model.digest),
                              .results = {},
                              .query_truncated = ranking.query_truncated,
                              .truncated = {ranking.truncated.begin(), ranking.truncated.end()},
                              .tokens = ranking.tokens};
  for (size_t i = 0; i < ranking.scores.size(); ++i)
    answer.results.push_back({.index = i, .score = ranking.scores[i]});
  std::ranges::sort(answer.results, [](const wire::RankedText& a, const wire::RankedText& b) {
    return a.score != b.score ? a.score > b.score : a.index < b.index;
  });
  answer.results.resize(std::min<size_t>(answer.results.size(), wanted.top_n.value_or(UINT32_MAX)));
  answer.elapsed_ms = MillisSince(started);
  return answer;
}

}  // namespace

void AddGenerationRoutes(Api& api, Provider& models) {
  DocumentedAnswer events =
      AnswerOf<wire::TextPiece>(200,
                                "Server-sent events: \"text\" with a piece of the text as data, then "
                                "\"done\" with what the answer in JSON "
                                "would be, or \"error\" with a problem: then the text is not complete.");
  events.media_type = std::string(kEventStream);
  api.AddStream<wire::GenerateText>(
      {Method::kPost, "/ai/generate", "Write a text that answers a prompt or goes on with a conversation.",
       Permission::kRead},
      {.request = {}, .answers = {AnswerOf<wire::GeneratedText>(200, "The text, whole."), events}},
      [&models](const Request& request, wire::GenerateText wanted, const RequestHead& head,
                ResponseWriter& writer) {
        return Generate(models, request, std::move(wanted), head, writer);
      });
  api.Add<wire::RankTexts, wire::RankedTexts>(
      {Method::kPost, "/ai/rerank", "Rank texts by how well they answer a query.", Permission::kRead},
      [&models](const Request& request, const wire::RankTexts& wanted) {
        return Rank(models, request, wanted);
      });
}

}  // namespace lake::gateway
