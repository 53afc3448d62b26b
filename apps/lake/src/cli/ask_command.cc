// lake ask: a question, answered from the texts of an index, with its sources.
#include <cstdio>

#include "commands.h"
#include "event_stream.h"
#include "exit_code.h"
#include "lake/common/json_io.h"
#include "request_body.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {
namespace {

JsonValue BodyOf(const AskOptions& options) {
  JsonValue body = JsonValue::MakeObject({{"index_name", options.index},
                                          {"question", options.question},
                                          {"mode", options.mode},
                                          {"k", options.k},
                                          {"style", options.style}});
  SetUnlessEmpty(&body, "filter", options.filter);
  SetUnlessEmpty(&body, "model", options.model);
  SetRerank(&body, options.reranker);
  return body;
}

/// An answer that is printed while it comes.
class StreamedAnswer {
 public:
  Status Take(std::string_view name, std::string_view data) {
    LAKE_ASSIGN_OR_RETURN(JsonValue document, ParseJson(data, {.max_bytes = SIZE_MAX, .max_depth = 64}));
    if (name == "error") return ProblemToError(document);
    if (name == "text") Print(document.FindString("text"));
    if (name == "done") whole_ = std::move(document);
    return {};
  }
  /// Ends the line that was begun.
  void EndLine() {
    if (begun_) fmt::print("\n");
    begun_ = false;
  }
  /// Null until the answer is complete.
  const JsonValue& whole() const { return whole_; }

 private:
  void Print(std::string_view text) {
    fmt::print("{}", WithoutControls(text));
    std::fflush(stdout);
    begun_ = true;
  }

  JsonValue whole_;
  bool begun_ = false;
};

Result<JsonValue> Follow(Rest& rest, const AskOptions& options) {
  HttpRequest request = {.method = "POST", .path = "/vectors/rag", .headers = rest.headers()};
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", "text/event-stream");
  request.body = WriteJson(BodyOf(options));
  StreamedAnswer answer;
  EventStream events([&](std::string_view name, std::string_view data) { return answer.Take(name, data); });
  const Result<HttpResponse> response = rest.client().Stream(
      rest.context(), request, [&](std::string_view bytes) { return events.Add(bytes); });
  answer.EndLine();
  if (!response.ok()) return response.error();
  if (response->status >= 400) return ProblemToError(*response);
  if (answer.whole().is_null())
    return Unavailable("connection_lost", "the answer ended before it was complete");
  return answer.whole();
}

void PrintSources(const JsonValue& answer) {
  const JsonValue* citations = answer.Find("citations");
  if (citations != nullptr && citations->is_array() && !citations->as_array().empty()) {
    fmt::print("\n");
    for (const JsonValue& citation : citations->as_array()) {
      const JsonValue* n = citation.Find("n");
      fmt::print("[{}] {}/{}: {}\n", n == nullptr ? "?" : WriteJson(*n),
                 WithoutControls(citation.FindString("source")),
                 WithoutControls(citation.FindString("doc_id")),
                 WithoutControls(OneLine(citation.FindString("text"))));
    }
  }
  std::string note = fmt::format("{}, {}", answer.FindString("style"), answer.FindString("model"));
  if (answer.FindString("finish_reason") == "length") note += "; the answer is cut off";
  if (Says(answer, "sources_truncated")) note += "; the model could not read all that was found";
  if (Says(answer, "question_truncated"))
    note += "; the end of the question is more than the index's model reads";
  if (Says(answer, "stale")) note += "; the dataset has changed since the index was built";
  fmt::print(stderr, "{}\n", note);
}

}  // namespace

int RunAsk(const Context& context, const ClientOptions& client, const AskOptions& options) {
  Rest rest(context, client);
  if (client.output != OutputFormat::kTable) return PrintDocument(rest.Post("/vectors/rag", BodyOf(options)));
  const Result<JsonValue> answer = Follow(rest, options);
  if (!answer.ok()) return Fail(answer.error());
  PrintSources(*answer);
  return kExitOk;
}

}  // namespace lake::app
