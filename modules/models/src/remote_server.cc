#include "remote_server.h"

#include <algorithm>
#include <utility>

namespace lake::models {
namespace {

constexpr size_t kMaxGates = 256;  // Names come from requests: what is idle is forgotten beyond these.
constexpr size_t kMaxLineBytes = 1u << 20;  // Of a streamed answer: a line has one piece of text.
constexpr size_t kMaxStreamBytes = 64u << 20;
constexpr size_t kMaxSaidBytes = 300;  // Of what a provider says, in the log.
constexpr int kAttempts = 3;           // Of a call that a busy or unreachable provider did not take.
constexpr std::chrono::milliseconds kLookTime{5'000};

/// Cuts bytes into lines.
class Lines {
 public:
  explicit Lines(const std::function<Status(std::string_view)>& line) : line_(line) {}

  Status Take(std::string_view bytes) {
    taken_ += bytes.size();
    while (!bytes.empty()) {
      const size_t end = bytes.find('\n');
      rest_.append(bytes.substr(0, end));
      if (rest_.size() > kMaxLineBytes || taken_ > kMaxStreamBytes)
        return Unavailable("bad_provider_answer", "the provider's answer is larger than any should be");
      if (end == std::string_view::npos) return {};
      bytes.remove_prefix(end + 1);
      LAKE_RETURN_IF_ERROR(End());
    }
    return {};
  }
  /// The last line may lack its end.
  Status End() {
    std::string line = std::exchange(rest_, {});
    if (line.ends_with('\r')) line.pop_back();
    return line.empty() ? Status() : line_(line);
  }

 private:
  const std::function<Status(std::string_view)>& line_;
  std::string rest_;
  size_t taken_ = 0;
};

/// "error": "…" as Ollama has it, or {"message": "…"} in it as OpenAI; "" when there is none.
std::string SaidIn(std::string_view body) {
  const Result<JsonValue> document = ParseJson(body);
  if (!document.ok()) return std::string(body.substr(0, kMaxSaidBytes));
  const JsonValue* error = document->Find("error");
  if (error != nullptr && error->is_string()) return error->as_string();
  if (error != nullptr && error->is_object()) return std::string(error->FindString("message"));
  return std::string(document->FindString("message"));
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool MayBeTakenLater(const Error& error) {
  return error.Is("provider_busy") || error.Is("provider_unreachable");
}

}  // namespace

std::string RemoteServer::FullName(std::string_view model) const {
  return fmt::format("{}/{}", options_.name, model);
}

Status RemoteServer::Ask(const Context& context, const RemoteCall& call,
                         const std::function<Status(const JsonValue& answer)>& read) {
  return Guarded(context, call, [&]() -> Status {
    LAKE_ASSIGN_OR_RETURN(const HttpAnswer answer, SendUntilTaken(context, call, {}));
    const Result<JsonValue> document = ParseJson(answer.body);
    if (!document.ok())
      return Unavailable("bad_provider_answer", "the provider's answer is no JSON")
          .WithCause(document.error().reason());
    return read(*document);
  });
}

Status RemoteServer::Stream(const Context& context, const RemoteCall& call,
                            const std::function<Status(std::string_view line)>& line,
                            const std::function<Status()>& end) {
  return Guarded(context, call, [&]() -> Status {
    Lines lines(line);
    const BodySink sink = [&lines](std::string_view bytes) { return lines.Take(bytes); };
    LAKE_ASSIGN_OR_RETURN(const HttpAnswer answer, SendUntilTaken(context, call, sink));
    LAKE_RETURN_IF_ERROR(lines.End());
    return end();
  });
}

Status RemoteServer::Guarded(const Context& context, const RemoteCall& call,
                             const std::function<Status()>& work) {
  const std::shared_ptr<Gate> gate = GateOf(call.model);
  Result<Gate::Pass> pass = gate->Enter(context);
  if (!pass.ok())
    return std::move(pass).error().Within(call.model.empty() ? options_.name : FullName(call.model));
  Status done = work();
  const bool answered = done.ok() || done.error().Is(ErrorCode::kInvalidArgument) ||
                        done.error().Is(ErrorCode::kNotFound) ||
                        done.error().Is(ErrorCode::kFailedPrecondition);
  if (answered) std::move(*pass).Succeeded();
  const bool failed =
      !done.ok() && done.error().Is(ErrorCode::kUnavailable) && !done.error().Is("provider_busy");
  if (failed) std::move(*pass).Failed();
  if (failed)
    return std::move(done).error().Within(call.model.empty() ? options_.name : FullName(call.model));
  return done;
}

Result<HttpAnswer> RemoteServer::SendUntilTaken(const Context& context, const RemoteCall& call,
                                                const BodySink& sink) {
  const HttpCall request = MakeCall(call);
  std::chrono::milliseconds pause = options_.limits.retry;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    Result<HttpAnswer> answer = client_->Send(context, request, sink);
    if (answer.ok() && answer->status / 100 != 2) answer = ErrorOf(*answer, call.model);
    if (answer.ok() || !MayBeTakenLater(answer.error()) || attempt == kAttempts) return answer;
    LAKE_RETURN_IF_ERROR(WaitFor(context, pause));
  }
}

HttpCall RemoteServer::MakeCall(const RemoteCall& call) const {
  const RemoteLimits& limits = options_.limits;
  HttpCall request = {.method = call.body.is_null() ? "GET" : "POST",
                      .url = options_.url + std::string(call.path),
                      .headers = {{"Accept", "application/json"}},
                      .body = {},
                      .phases = {.connect = limits.connect,
                                 .first_byte = limits.first_byte,
                                 .between_bytes = limits.between_bytes,
                                 .whole = limits.whole}};
  if (call.patience == RemoteCall::Patience::kLook) {
    request.phases.first_byte = std::min(request.phases.first_byte, kLookTime);
    request.phases.between_bytes = std::min(request.phases.between_bytes, kLookTime);
  }
  if (!options_.api_key.empty()) request.headers.emplace_back("Authorization", "Bearer " + options_.api_key);
  if (call.body.is_null()) return request;
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = WriteJson(call.body);
  return request;
}

Error RemoteServer::ErrorOf(const HttpAnswer& answer, std::string_view model) const {
  const std::string says = SaidIn(answer.body);
  const std::string cause = fmt::format("status {}", answer.status);
  switch (answer.status) {
    case 400:
    case 413:
    case 422:  // What they say may quote the texts.
      if (Contains(says, "does not support"))
        return FailedPrecondition("model_not_usable", "the model '{}' does not do that", FullName(model))
            .WithCause(cause);
      if (Contains(says, "context length") || Contains(says, "context size"))
        return InvalidArgument("prompt_too_long", "the model '{}' reads less than that at once",
                               FullName(model))
            .WithCause(cause);
      return InvalidArgument("request_refused", "the provider '{}' does not accept the request", name())
          .WithCause(cause);
    case 401:
    case 403:  // What they say may quote the key.
      return FailedPrecondition("provider_refused", "the provider '{}' does not accept this server's key",
                                name())
          .WithCause(cause);
    case 404:
      return NotFound("model_not_found", "the provider '{}' has no model '{}'", name(), model)
          .WithCause(ForLog(says));
    case 429:
    case 503:
      return Unavailable("provider_busy", "the provider '{}' takes no more work just now; try again soon",
                         name())
          .WithCause(cause);
    default:
      break;
  }
  if (answer.status < 500)
    return Unavailable("bad_provider_answer", "the provider '{}' answers with status {}", name(),
                       answer.status);
  if (Contains(says, "system memory"))
    return ResourceExhausted("model_memory", "the provider '{}' has no memory for the model '{}'", name(),
                             model);
  return Unavailable("provider_failed", "the provider failed with status {}", answer.status)
      .WithCause(ForLog(says));
}

Error RemoteServer::FailedInAnswer(std::string_view says) const {
  return Unavailable("provider_failed", "the provider failed in the middle of its answer")
      .WithCause(ForLog(says));
}

std::string RemoteServer::ForLog(std::string_view says) const {
  std::string text(says.substr(0, kMaxSaidBytes));
  if (options_.api_key.empty()) return text;
  // The key may stand at the cut, too.
  return Contains(says, options_.api_key) ? "(it quotes the key)" : text;
}

std::shared_ptr<Gate> RemoteServer::GateOf(std::string_view model) {
  MutexLock lock(mutex_);
  if (const auto found = gates_.find(model); found != gates_.end()) return found->second;
  if (gates_.size() >= kMaxGates)
    std::erase_if(gates_,
                  [](const auto& entry) { return entry.second.use_count() == 1 && entry.second->idle(); });
  if (gates_.size() >= kMaxGates) gates_.erase(gates_.begin());
  const RemoteLimits& limits = options_.limits;
  return gates_
      .emplace(model, std::make_shared<Gate>(Gate::Options{.max_in_flight = limits.max_in_flight,
                                                           .max_waiting = limits.max_waiting,
                                                           .failures_until_rest = limits.failures_until_rest,
                                                           .rest = limits.rest}))
      .first->second;
}

}  // namespace lake::models
