#include "lake/models_testing/fake_model_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <list>
#include <map>
#include <thread>

#include "fake_answers.h"
#include "fake_connection.h"
#include "lake/common/check.h"
#include "lake/common/digest.h"
#include "lake/common/mutex.h"

namespace lake::models {
namespace {

constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::string_view kEvents = "text/event-stream";

JsonValue Object(std::initializer_list<JsonValue::Member> members) { return JsonValue::MakeObject(members); }

/// Models that Ollama has besides words, talker and thinker; they would embed and talk if they did not fail.
constexpr auto kTroubles = std::to_array<const char*>(
    {"busy-once", "busy", "slow", "stalls", "cut", "ends-early", "broken", "error-line", "crashes",
     "no-memory", "few-vectors", "mixed-vectors", "odd-vectors", "zero-vectors", "no-http", "huge"});

bool MayEmbed(std::string_view model) { return model != "talker" && model != "thinker"; }
bool MayTalk(std::string_view model) { return model != "words"; }

std::string ShortName(std::string_view name) { return std::string(name.substr(0, name.find(":latest"))); }

}  // namespace

struct FakeModelServer::State {
  std::string api_key;
  int listener = -1;
  uint16_t port = 0;
  std::thread acceptor;
  mutable Mutex mutex;
  mutable CondVar changed;
  std::vector<Seen> seen LAKE_GUARDED_BY(mutex);
  std::map<std::string, size_t> asked LAKE_GUARDED_BY(mutex);  ///< How often, by model.
  std::map<std::string, size_t> loaded LAKE_GUARDED_BY(mutex);
  std::list<std::thread> clients LAKE_GUARDED_BY(mutex);
  std::vector<int> sockets LAKE_GUARDED_BY(mutex);
  size_t gone LAKE_GUARDED_BY(mutex) = 0;
  std::string words_version LAKE_GUARDED_BY(mutex) = "1";
  bool stopping LAKE_GUARDED_BY(mutex) = false;
  std::atomic<bool> repaired = false;

  void Listen();
  void Accept();
  void Serve(int socket);
  bool Route(const FakeRequest& request, const JsonValue& body, FakeConnection* client);
  /// Whether the model does what it is asked; false when it has answered in its own way.
  bool Works(const std::string& model, std::string_view stream_type, FakeConnection* client);
  JsonValue Tags() const;
  static JsonValue Show(const std::string& model);
  JsonValue Ps() const;
  void Load(const JsonValue& body);
  void EmbedAsOllama(const JsonValue& body, FakeConnection* client);
  void TalkAsOllama(const JsonValue& body, FakeConnection* client);
  void EmbedAsOpenAi(const JsonValue& body, FakeConnection* client);
  void TalkAsOpenAi(const JsonValue& body, FakeConnection* client);
  void Rank(const FakeRequest& request, const JsonValue& body, FakeConnection* client);
  void WaitForLeaving(FakeConnection* client);
};

FakeModelServer::FakeModelServer(std::string api_key) : state_(std::make_unique<State>()) {
  state_->api_key = std::move(api_key);
  state_->Listen();
  state_->acceptor = std::thread([this] { state_->Accept(); });
}

FakeModelServer::~FakeModelServer() {
  std::list<std::thread> clients;
  {
    MutexLock lock(state_->mutex);
    state_->stopping = true;
    for (const int socket : state_->sockets) ::shutdown(socket, SHUT_RDWR);
  }
  ::shutdown(state_->listener, SHUT_RDWR);
  state_->acceptor.join();
  ::close(state_->listener);
  {
    MutexLock lock(state_->mutex);
    clients = std::move(state_->clients);
  }
  for (std::thread& client : clients) client.join();
}

std::string FakeModelServer::url() const { return fmt::format("http://127.0.0.1:{}", state_->port); }

std::vector<FakeModelServer::Seen> FakeModelServer::seen() const {
  MutexLock lock(state_->mutex);
  return state_->seen;
}

size_t FakeModelServer::Count(std::string_view path) const {
  return static_cast<size_t>(std::ranges::count(seen(), path, &Seen::path));
}

JsonValue FakeModelServer::LastBody(std::string_view path) const {
  JsonValue body;
  for (Seen& one : seen())
    if (one.path == path) body = std::move(one.body);
  return body;
}

void FakeModelServer::ReplaceWords() {
  MutexLock lock(state_->mutex);
  state_->words_version = "2";
}

void FakeModelServer::Repair() { state_->repaired = true; }

size_t FakeModelServer::WaitUntilGone(size_t at_least) const {
  MutexLock lock(state_->mutex);
  while (state_->gone < at_least) state_->changed.Wait(state_->mutex);
  return state_->gone;
}

void FakeModelServer::State::Listen() {
  listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  LAKE_CHECK(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
             ::listen(listener, 64) == 0);
  LAKE_CHECK(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port = ntohs(address.sin_port);
}

void FakeModelServer::State::Accept() {
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    MutexLock lock(mutex);
    if (stopping || socket < 0) {
      if (socket >= 0) ::close(socket);
      if (stopping) return;
      continue;
    }
    sockets.push_back(socket);
    clients.emplace_back([this, socket] { Serve(socket); });
  }
}

void FakeModelServer::State::Serve(int socket) {
  FakeConnection client(socket);
  for (bool more = true; more;) {
    const std::optional<FakeRequest> request = client.Read();
    if (!request) break;
    JsonValue body;
    if (Result<JsonValue> parsed = ParseJson(request->body); parsed.ok()) body = std::move(*parsed);
    {
      MutexLock lock(mutex);
      seen.push_back({request->method, request->path, request->authorization, body});
    }
    more = Route(*request, body, &client) && !client.broken();
  }
  MutexLock lock(mutex);
  std::erase(sockets, socket);
  ::close(socket);
}

/// False when the connection is to be closed.
bool FakeModelServer::State::Route(const FakeRequest& request, const JsonValue& body,
                                   FakeConnection* client) {
  if (!api_key.empty() && request.authorization != "Bearer " + api_key) {
    client->Answer(
        401, WriteJson(Object({{"error", Object({{"message", "bad key: " + request.authorization}})}})));
    return true;
  }
  const std::string model = ShortName(body.FindString("model"));
  const std::string& path = request.path;
  if (path == "/api/tags") return client->Answer(200, WriteJson(Tags())), true;
  if (path == "/api/ps") return client->Answer(200, WriteJson(Ps())), true;
  if (path == "/api/show") return client->Answer(200, WriteJson(Show(model))), true;
  if (path == "/v1/models") return client->Answer(200, R"({"object":"list","data":[]})"), true;
  const bool streams = body.Find("stream") != nullptr && *body.Find("stream") == JsonValue(true);
  const std::string_view stream_type = !streams ? "" : path.starts_with("/v1/") ? kEvents : kLines;
  if (!Works(model, stream_type, client)) return false;
  if (path == "/api/embed") EmbedAsOllama(body, client);
  if (path == "/api/generate" || path == "/api/chat") TalkAsOllama(body, client);
  if (path == "/v1/embeddings") EmbedAsOpenAi(body, client);
  if (path == "/v1/chat/completions") TalkAsOpenAi(body, client);
  if (path == "/v1/rerank" || path == "/rerank") Rank(request, body, client);
  return true;
}

void FakeModelServer::State::WaitForLeaving(FakeConnection* client) {
  client->WaitUntilGone();
  MutexLock lock(mutex);
  ++gone;
  changed.NotifyAll();
}

bool FakeModelServer::State::Works(const std::string& model, std::string_view stream_type,
                                   FakeConnection* client) {
  size_t times = 0;
  {
    MutexLock lock(mutex);
    times = ++asked[model];
  }
  const std::string begin = stream_type == kEvents
                                ? "data: {\"choices\":[{\"delta\":{\"content\":\"so \"}}]}\n\n"
                                : "{\"response\":\"so \",\"message\":{\"content\":\"so \"}}\n";
  if (model == "crashes" && !repaired)
    return client->Answer(500, R"({"error":"llama runner process has terminated"})"), false;
  if (model == "no-memory")
    return client->Answer(500, R"({"error":"model requires more system memory (9 GiB) than is available"})"),
           false;
  if (model == "busy" || (model == "busy-once" && times == 1))
    return client->Answer(503, R"({"error":"server busy, please try again"})"), false;
  if (model == "no-http") return client->Raw("this is no HTTP\r\n\r\n"), false;
  if (model == "slow") return WaitForLeaving(client), false;
  if (model == "broken" && stream_type.empty()) return client->Answer(200, "{\"embeddings\": [[0.5,"), false;
  if (model != "stalls" && model != "cut" && model != "ends-early" && model != "broken" &&
      model != "error-line" && model != "huge")
    return true;
  client->Begin(stream_type.empty() ? "application/json" : stream_type);
  client->Piece(begin);
  if (model == "stalls") WaitForLeaving(client);
  if (model == "broken")
    client->Piece(stream_type == kEvents ? "data: {\"choices\": [\n\n" : "{\"response\": \n");
  if (model == "error-line")
    client->Piece(stream_type == kEvents ? "data: {\"error\":{\"message\":\"out of luck\"}}\n\n"
                                         : "{\"error\":\"out of luck\"}\n");
  while (model == "huge" && !client->broken()) client->Piece(std::string(1u << 20, 'x'));
  if (model == "ends-early" || model == "broken" || model == "error-line") client->End();
  return false;
}

JsonValue FakeModelServer::State::Tags() const {
  JsonValue models = JsonValue::MakeArray();
  const auto add = [&](const std::string& name, const std::string& version) -> JsonValue& {
    return models.Append(Object({{"name", name + ":latest"},
                                 {"digest", Sha256Hex(name + version)},
                                 {"size", 1000},
                                 {"details", Object({{"family", "fake"}})}}));
  };
  {
    MutexLock lock(mutex);
    add("words", words_version);
  }
  add("talker", "1");
  add("thinker", "1");
  for (const char* trouble : kTroubles) add(trouble, "1");
  add("gpt-cloud", "1");
  add("alias-of-remote", "1").Set("remote_host", "https://ollama.example:443");
  return Object({{"models", std::move(models)}});
}

JsonValue FakeModelServer::State::Show(const std::string& model) {
  JsonValue capabilities = JsonValue::MakeArray();
  if (MayTalk(model)) capabilities.Append("completion");
  if (MayEmbed(model)) capabilities.Append("embedding");
  if (model == "thinker") capabilities.Append("thinking");
  return Object({{"capabilities", std::move(capabilities)},
                 {"model_info", Object({{"general.architecture", "fake"},
                                        {"fake.context_length", model == "words" ? 8 : 32'768},
                                        {"fake.embedding_length", 16}})}});
}

JsonValue FakeModelServer::State::Ps() const {
  JsonValue models = JsonValue::MakeArray();
  MutexLock lock(mutex);
  for (const auto& [name, context] : loaded)
    models.Append(Object({{"name", name + ":latest"},
                          {"size", 2000},
                          {"size_vram", 500},
                          {"context_length", context},
                          {"expires_at", "2026-11-22T12:00:00Z"}}));
  return Object({{"models", std::move(models)}});
}

void FakeModelServer::State::Load(const JsonValue& body) {
  MutexLock lock(mutex);
  const std::string model = ShortName(body.FindString("model"));
  const JsonValue* keep = body.Find("keep_alive");
  const JsonValue* options = body.Find("options");
  const JsonValue* context = options == nullptr ? nullptr : options->Find("num_ctx");
  if (keep != nullptr && *keep == JsonValue(0))
    loaded.erase(model);
  else
    loaded[model] = context == nullptr ? 0 : static_cast<size_t>(context->as_int());
}

void FakeModelServer::State::EmbedAsOllama(const JsonValue& body, FakeConnection* client) {
  const std::string model = ShortName(body.FindString("model"));
  if (!MayEmbed(model)) return client->Answer(400, R"({"error":"\"talker\" does not support embeddings"})");
  const bool cuts = body.Find("truncate") == nullptr || *body.Find("truncate") == JsonValue(true);
  std::vector<std::string> texts = FakeInputs(body, "input");
  size_t tokens = 0;
  for (std::string& text : texts) {
    std::vector<std::string> words = FakeWords(text);
    if (words.size() > kFakeContextWords && !cuts)
      return client->Answer(400, R"({"error":"the input length exceeds the context length"})");
    words.resize(std::min(words.size(), kFakeContextWords));
    text.clear();
    for (const std::string& word : words) text += word;
    tokens += words.size();
  }
  Load(body);
  client->Answer(200, WriteJson(Object({{"model", model},
                                        {"embeddings", FakeVectors(model, texts)},
                                        {"prompt_eval_count", tokens}})));
}

void FakeModelServer::State::TalkAsOllama(const JsonValue& body, FakeConnection* client) {
  Load(body);
  const JsonValue* messages = body.Find("messages");
  const std::string_view said =
      messages != nullptr ? messages->as_array().back().FindString("content") : body.FindString("prompt");
  if (said.empty()) return client->Answer(200, R"({"response":"","done":true,"done_reason":"load"})");
  const std::vector<std::string> words = FakeWords(said);
  const auto most = static_cast<size_t>(body.Find("options")->Find("num_predict")->as_int());
  client->Begin(kLines);
  for (size_t i = 0; i < std::min(most, words.size()); ++i)
    client->Piece(WriteJson(messages != nullptr
                                ? Object({{"message", Object({{"role", "assistant"}, {"content", words[i]}})},
                                          {"done", false}})
                                : Object({{"response", words[i]}, {"done", false}})) +
                  "\n");
  client->Piece(WriteJson(Object({{"done", true},
                                  {"done_reason", words.size() > most ? "length" : "stop"},
                                  {"prompt_eval_count", words.size()},
                                  {"eval_count", std::min(most, words.size())}})) +
                "\n");
  client->End();
}

void FakeModelServer::State::EmbedAsOpenAi(const JsonValue& body, FakeConnection* client) {
  const std::string name(body.FindString("model"));
  const std::vector<std::string> texts = FakeInputs(body, "input");
  for (const std::string& text : texts)
    if (FakeWords(text).size() > kFakeContextWords)
      return client->Answer(400,
                            R"({"error":{"message":"This model's maximum context length is 8 tokens"}})");
  JsonValue data = JsonValue::MakeArray();
  const JsonValue vectors = FakeVectors(name, texts);
  for (size_t i = vectors.as_array().size(); i-- > 0;)
    data.Append(Object({{"index", i}, {"embedding", vectors.as_array()[i]}}));
  client->Answer(
      200,
      WriteJson(Object({{"data", std::move(data)}, {"usage", Object({{"prompt_tokens", texts.size()}})}})));
}

void FakeModelServer::State::TalkAsOpenAi(const JsonValue& body, FakeConnection* client) {
  const std::vector<std::string> words =
      FakeWords(body.Find("messages")->as_array().back().FindString("content"));
  const auto most = static_cast<size_t>(body.Find("max_tokens")->as_int());
  const auto event = [client](const JsonValue& value) {
    client->Piece("data: " + WriteJson(value) + "\n\n");
  };
  const auto choice = [](JsonValue delta, JsonValue finish) {
    return Object({{"choices", JsonValue::Array{Object(
                                   {{"delta", std::move(delta)}, {"finish_reason", std::move(finish)}})}}});
  };
  client->Begin(kEvents);
  client->Piece(": a comment\n\n");
  event(choice(Object({{"role", "assistant"}, {"content", ""}}), nullptr));
  for (size_t i = 0; i < std::min(most, words.size()); ++i)
    event(choice(Object({{"content", words[i]}}), nullptr));
  event(choice(Object({}), words.size() > most ? "length" : "stop"));
  event(Object({{"choices", JsonValue::MakeArray()},
                {"usage", Object({{"prompt_tokens", words.size()},
                                  {"completion_tokens", std::min(most, words.size())}})}}));
  client->Piece("data: [DONE]\n\n");
  client->End();
}

void FakeModelServer::State::Rank(const FakeRequest& request, const JsonValue& body, FakeConnection* client) {
  client->Answer(200, WriteJson(FakeRanking(request.path, body)));
}

}  // namespace lake::models
