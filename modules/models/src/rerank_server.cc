#include <cmath>
#include <optional>
#include <utility>

#include "provider_answer.h"
#include "remote_server.h"
#include "request_checks.h"
#include "text_stream.h"

namespace lake::models {
namespace {

constexpr size_t kTeiTexts = 32;  // What a TEI server takes at once unless its owner says otherwise.

Error NotOneScoreEach() {
  return Unavailable("bad_provider_answer", "the provider did not give one score for each text");
}

/// What all users of one server share. Outlives them.
struct RerankParts {
  RemoteServer& server;
  RerankShape shape;
  std::string model;
  std::string version;

  bool jina() const { return shape == RerankShape::kJina; }
};

class ServerReranker final : public Reranker {
 public:
  explicit ServerReranker(const RerankParts& parts) : parts_(parts) {}

  Result<ModelFingerprint> Fingerprint(const Context&) override {
    return ModelFingerprint{.name = parts_.server.FullName(parts_.model),
                            .digest = DeclaredDigest(parts_.version)};
  }

  Result<Ranking> Rank(const Context& context, std::string_view query,
                       std::span<const std::string> texts) override {
    LAKE_RETURN_IF_ERROR(CheckText(query, "/query"));
    LAKE_RETURN_IF_ERROR(CheckTexts(texts, kMaxRankedTexts, "/texts"));
    Ranking ranking;
    LAKE_ASSIGN_OR_RETURN(ranking.model, Fingerprint(context));
    for (size_t at = 0; at < texts.size();) {
      const size_t count = NextBatch(texts.subspan(at), parts_.jina() ? kCallTexts : kTeiTexts);
      LAKE_RETURN_IF_ERROR(Call(context, query, texts.subspan(at, count), &ranking.scores));
      at += count;
    }
    return ranking;
  }

 private:
  Status Call(const Context& context, std::string_view query, std::span<const std::string> texts,
              std::vector<double>* scores) const {
    JsonValue body = JsonValue::MakeObject({{"query", query}});
    if (parts_.jina()) {
      body.Set("model", parts_.model);
      body.Set("documents", ToJsonArray(texts));
      body.Set("top_n", texts.size());
      body.Set("return_documents", false);
    } else {
      body.Set("texts", ToJsonArray(texts));
      body.Set("truncate", true);
    }
    return parts_.server.Ask(
        context,
        {.model = parts_.model, .path = parts_.jina() ? "/v1/rerank" : "/rerank", .body = std::move(body)},
        [&](const JsonValue& answer) {
          return Read(parts_.jina() ? answer.Find("results") : &answer, texts.size(), scores);
        });
  }

  /// They come best first; ours are in the order of the texts.
  Status Read(const JsonValue* results, size_t count, std::vector<double>* scores) const {
    if (results == nullptr || !results->is_array() || results->as_array().size() != count)
      return NotOneScoreEach();
    std::vector<std::optional<double>> found(count);
    for (const JsonValue& result : results->as_array()) {
      const JsonValue* index = result.Find("index");
      const JsonValue* score = result.Find(parts_.jina() ? "relevance_score" : "score");
      if (index == nullptr || !index->is_int() || score == nullptr || !score->is_number())
        return NotOneScoreEach();
      const auto at = static_cast<uint64_t>(index->as_int());
      if (at >= count || found[at] || !std::isfinite(score->as_double())) return NotOneScoreEach();
      found[at] = score->as_double();
    }
    for (const std::optional<double>& score : found) scores->push_back(*score);
    return {};
  }

  const RerankParts& parts_;
};

class RerankServer final : public Provider {
 public:
  explicit RerankServer(RerankOptions options)
      : server_(std::move(options.server)),
        parts_({.server = server_,
                .shape = options.shape,
                .model = std::move(options.model),
                .version = std::move(options.version)}) {}

  /// There is no path that both shapes have and that computes nothing, so whether it answers shows in use.
  ModelList List(const Context&) override {
    return {.models = {{.name = server_.FullName(parts_.model),
                        .provider = server_.name(),
                        .tasks = {ModelTask::kRerank},
                        .digest = DeclaredDigest(parts_.version)}},
            .providers = {{.name = server_.name()}}};
  }

  Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBeIt(name));
    return FailedPrecondition("model_not_usable", "the model '{}' makes no vectors of texts", name);
  }
  Result<std::shared_ptr<Generator>> FindGenerator(std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBeIt(name));
    return FailedPrecondition("model_not_usable", "the model '{}' generates no text", name);
  }
  Result<std::shared_ptr<Reranker>> FindReranker(std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBeIt(name));
    return std::make_shared<ServerReranker>(parts_);
  }

  Status LoadModel(const Context&, std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBeIt(name));
    return MemoryNotManaged(server_.name());
  }
  Status UnloadModel(const Context& context, std::string_view name) override {
    return LoadModel(context, name);
  }
  std::vector<ProviderMemory> Memory(const Context&) override { return {}; }

 private:
  Status MustBeIt(std::string_view name) const {
    if (name == server_.FullName(parts_.model)) return {};
    return NotFound("model_not_found", "there is no model '{}'; the provider '{}' has '{}'", name,
                    server_.name(), server_.FullName(parts_.model));
  }

  RemoteServer server_;
  const RerankParts parts_;
};

}  // namespace

std::unique_ptr<Provider> MakeRerankServer(RerankOptions options) {
  return std::make_unique<RerankServer>(std::move(options));
}

}  // namespace lake::models
