#include <utility>

#include "ollama_models.h"
#include "provider_answer.h"
#include "request_checks.h"
#include "text_stream.h"

namespace lake::models {
namespace {

class OllamaGenerator final : public Generator {
 public:
  OllamaGenerator(std::string name, const OllamaParts& parts) : name_(std::move(name)), parts_(parts) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    LAKE_ASSIGN_OR_RETURN(const OllamaCatalog::Model model, Find(context));
    return PrintOf(model);
  }

  Result<Generation> Generate(const Context& context, const GenerationRequest& request,
                              const TextSink& sink) override {
    LAKE_RETURN_IF_ERROR(CheckGeneration(request));
    LAKE_ASSIGN_OR_RETURN(const OllamaCatalog::Model model, Find(context));
    const bool chats = !request.messages.empty();
    TextStream stream(sink);
    Generation made = {.model = PrintOf(model), .text = {}};
    LAKE_RETURN_IF_ERROR(parts_.server.Stream(
        context,
        {.model = name_, .path = chats ? "/api/chat" : "/api/generate", .body = BodyOf(request, model)},
        [&](std::string_view line) { return stream.ended() ? Status() : TakeLine(line, &stream, &made); },
        [&]() -> Status {
          if (stream.ended()) return {};
          return Unavailable("provider_cut", "the answer ended before it was complete");
        }));
    // Versions that do not know "truncate" cut the prompt to what fits.
    if (made.prompt_tokens >= parts_.ContextTokens(model))
      return InvalidArgument("prompt_too_long", "the model '{}' reads {} tokens at once", made.model.name,
                             parts_.ContextTokens(model));
    made.text = std::move(stream).TakeText();
    return made;
  }

 private:
  Result<OllamaCatalog::Model> Find(const Context& context) const {
    LAKE_ASSIGN_OR_RETURN(OllamaCatalog::Model model, parts_.catalog.Find(context, name_));
    if (std::ranges::find(model.tasks, ModelTask::kGenerate) != model.tasks.end()) return model;
    return FailedPrecondition("model_not_usable", "the model '{}' generates no text",
                              parts_.server.FullName(name_));
  }

  ModelFingerprint PrintOf(const OllamaCatalog::Model& model) const {
    return {.name = parts_.server.FullName(name_), .digest = model.digest};
  }

  JsonValue BodyOf(const GenerationRequest& request, const OllamaCatalog::Model& model) const {
    JsonValue body = parts_.Body(model);
    JsonValue& options = *body.Find("options");
    options.Set("num_predict", request.max_tokens);
    options.Set("temperature", request.temperature);
    if (request.seed) options.Set("seed", *request.seed);
    if (!request.stop.empty()) options.Set("stop", ToJsonArray(request.stop));
    body.Set("stream", true);
    body.Set("truncate", false);
    body.Set("shift", false);
    if (model.thinks) body.Set("think", false);
    if (request.messages.empty())
      body.Set("prompt", request.prompt);
    else
      body.Set("messages", ToChatMessages(request.messages));
    return body;
  }

  Status TakeLine(std::string_view line, TextStream* stream, Generation* made) const {
    const Result<JsonValue> event = ParseJson(line);
    if (!event.ok() || !event->is_object())
      return Unavailable("bad_provider_answer", "a line of the provider's answer is no JSON object");
    if (const JsonValue* error = event->Find("error"); error != nullptr)
      return parts_.server.FailedInAnswer(error->is_string() ? error->as_string() : "");
    const JsonValue* message = event->Find("message");
    LAKE_RETURN_IF_ERROR(
        stream->Append(message != nullptr ? message->FindString("content") : event->FindString("response")));
    const JsonValue* done = event->Find("done");
    if (done == nullptr || !done->is_bool() || !done->as_bool()) return {};
    made->finish = event->FindString("done_reason") == "length" ? FinishReason::kLength : FinishReason::kStop;
    made->prompt_tokens = FindCount(*event, "prompt_eval_count");
    made->tokens = FindCount(*event, "eval_count");
    return stream->End();
  }

  const std::string name_;
  const OllamaParts& parts_;
};

}  // namespace

std::shared_ptr<Generator> MakeOllamaGenerator(std::string name, const OllamaParts& parts) {
  return std::make_shared<OllamaGenerator>(std::move(name), parts);
}

}  // namespace lake::models
