#include <utility>

#include "openai_models.h"
#include "provider_answer.h"
#include "request_checks.h"
#include "text_stream.h"

namespace lake::models {
namespace {

constexpr std::string_view kData = "data:";
constexpr std::string_view kDone = "[DONE]";

/// A text as server-sent events (WHATWG HTML, section 9.2), of which these servers use the lines of data.
class Events {
 public:
  Events(const RemoteServer& server, TextStream& stream, Generation& made)
      : server_(server), stream_(stream), made_(made) {}

  Status TakeLine(std::string_view line) {
    if (stream_.ended() || !line.starts_with(kData)) return {};
    line.remove_prefix(kData.size());
    while (line.starts_with(' ')) line.remove_prefix(1);
    if (line == kDone) return finished_ ? stream_.End() : Status();
    const Result<JsonValue> event = ParseJson(line);
    if (!event.ok() || !event->is_object())
      return Unavailable("bad_provider_answer", "an event of the provider's answer is no JSON object");
    if (const JsonValue* error = event->Find("error"); error != nullptr && !error->is_null())
      return server_.FailedInAnswer(error->is_string() ? error->as_string() : error->FindString("message"));
    if (const JsonValue* usage = event->Find("usage"); usage != nullptr) {
      made_.prompt_tokens = FindCount(*usage, "prompt_tokens");
      made_.tokens = FindCount(*usage, "completion_tokens");
    }
    const JsonValue* choices = event->Find("choices");
    if (choices == nullptr || !choices->is_array() || choices->as_array().empty()) return {};
    return TakeChoice(choices->as_array().front());
  }

  /// The text is complete, though not every server says that no more events follow.
  bool finished() const { return finished_; }

 private:
  Status TakeChoice(const JsonValue& choice) {
    if (const std::string_view why = choice.FindString("finish_reason"); !why.empty()) {
      finished_ = true;
      made_.finish = why == "length" ? FinishReason::kLength : FinishReason::kStop;
    }
    const JsonValue* delta = choice.Find("delta");
    return delta == nullptr ? Status() : stream_.Append(delta->FindString("content"));
  }

  const RemoteServer& server_;
  TextStream& stream_;
  Generation& made_;
  bool finished_ = false;
};

class OpenAiGenerator final : public Generator {
 public:
  OpenAiGenerator(std::string name, const OpenAiParts& parts) : name_(std::move(name)), parts_(parts) {}

  Result<ModelFingerprint> Fingerprint(const Context&) override { return Print(); }

  Result<Generation> Generate(const Context& context, const GenerationRequest& request,
                              const TextSink& sink) override {
    LAKE_RETURN_IF_ERROR(CheckGeneration(request));
    TextStream stream(sink);
    Generation made = {.model = Print(), .text = {}};
    Events events(parts_.server, stream, made);
    LAKE_RETURN_IF_ERROR(parts_.server.Stream(
        context, {.model = name_, .path = "/v1/chat/completions", .body = BodyOf(request)},
        [&events](std::string_view line) { return events.TakeLine(line); },
        [&]() -> Status {
          if (events.finished()) return {};
          return Unavailable("provider_cut", "the answer ended before it was complete");
        }));
    made.text = std::move(stream).TakeText();
    return made;
  }

 private:
  ModelFingerprint Print() const {
    return {.name = parts_.server.FullName(name_), .digest = DeclaredDigest(parts_.version)};
  }

  JsonValue BodyOf(const GenerationRequest& request) const {
    const std::vector<ChatMessage> one = {{.role = ChatRole::kUser, .content = request.prompt}};
    JsonValue body = JsonValue::MakeObject(
        {{"model", name_},
         {"messages", ToChatMessages(request.messages.empty() ? one : request.messages)},
         {"max_tokens", request.max_tokens},
         {"temperature", request.temperature},
         {"stream", true},
         {"stream_options", JsonValue::MakeObject({{"include_usage", true}})}});
    if (request.seed) body.Set("seed", *request.seed);
    if (!request.stop.empty()) body.Set("stop", ToJsonArray(request.stop));
    return body;
  }

  const std::string name_;
  const OpenAiParts& parts_;
};

}  // namespace

std::shared_ptr<Generator> MakeOpenAiGenerator(std::string name, const OpenAiParts& parts) {
  return std::make_shared<OpenAiGenerator>(std::move(name), parts);
}

}  // namespace lake::models
