// Models without a model: vectors made of the words of a text, at once and the same everywhere.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/digest.h"
#include "lake/models/provider.h"

namespace lake::models {

/// A word of a text is one dimension, so texts are the nearer the more words they share. Reads `max_words` of
/// a text.
class FakeEmbedder final : public Embedder {
 public:
  struct Options {
    std::string name = "fake";
    uint32_t dimension = 16;
    size_t max_words = 8;
    bool counts_tokens = true;
    /// Called before each call embeds; its error is the call's answer.
    std::function<Status(const Context& context)> before = {};
  };

  explicit FakeEmbedder(Options options) : options_(std::move(options)) {}

  Result<ModelFingerprint> Fingerprint(const Context&) override {
    return ModelFingerprint{
        .name = options_.name, .digest = Sha256Hex(options_.name), .dimension = options_.dimension};
  }

  Result<Embeddings> Embed(const Context& context, std::span<const std::string> texts) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    if (options_.before) LAKE_RETURN_IF_ERROR(options_.before(context));
    Embeddings embeddings;
    LAKE_ASSIGN_OR_RETURN(embeddings.model, Fingerprint(context));
    for (size_t text = 0; text < texts.size(); ++text)
      LAKE_RETURN_IF_ERROR(Append(texts[text], text, &embeddings));
    texts_ += texts.size();
    return embeddings;
  }

  /// A token is a word. A word of more than four letters is one of each four.
  Result<TokenCounts> CountTokens(const Context& context, std::span<const std::string> texts) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    if (!options_.counts_tokens) return Embedder::CountTokens(context, texts);
    TokenCounts counts = {.tokens = {}, .most = static_cast<uint32_t>(options_.max_words)};
    for (const std::string& text : texts) {
      uint32_t tokens = 0;
      for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find(' ', at), text.size());
        tokens += static_cast<uint32_t>((end - at + 3) / 4);
        at = end + 1;
      }
      counts.tokens.push_back(tokens);
    }
    return counts;
  }

  uint64_t texts() const { return texts_; }  ///< Embedded so far.

 private:
  Status Append(std::string_view text, size_t position, Embeddings* out) const {
    std::vector<float> vector(options_.dimension);
    size_t words = 0;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find(' ', at), text.size());
      if (end > at && words++ < options_.max_words)
        vector[Hash64(text.substr(at, end - at)) % options_.dimension] += 1;
      at = end + 1;
    }
    if (words == 0)
      return InvalidArgument("empty_text", "text {} has nothing to read", position)
          .WithDetail(fmt::format("/{}", position), "expected a text");
    if (words > options_.max_words) out->truncated.push_back(position);
    out->tokens += std::min(words, options_.max_words);
    float squares = 0;
    for (const float x : vector) squares += x * x;
    for (const float x : vector) out->values.push_back(x / std::sqrt(squares));
    return {};
  }

  const Options options_;
  std::atomic<uint64_t> texts_ = 0;
};

/// Answers with the last words of what it was asked, one a piece, in the order they stand.
class FakeGenerator final : public Generator {
 public:
  struct Options {
    std::string name = "fake-talker";
    /// Called before each piece; its error is the call's answer.
    std::function<Status(const Context& context)> before = {};
  };

  explicit FakeGenerator(Options options) : options_(std::move(options)) {}

  Result<ModelFingerprint> Fingerprint(const Context&) override {
    return ModelFingerprint{.name = options_.name, .digest = Sha256Hex(options_.name)};
  }

  Result<Generation> Generate(const Context& context, const GenerationRequest& request,
                              const TextSink& sink) override {
    Generation made;
    LAKE_ASSIGN_OR_RETURN(made.model, Fingerprint(context));
    const std::string& asked = request.prompt.empty() ? request.messages.back().content : request.prompt;
    for (size_t at = 0; at < asked.size();) {
      const size_t end = std::min(asked.find(' ', at), asked.size() - 1) + 1;
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      if (options_.before) LAKE_RETURN_IF_ERROR(options_.before(context));
      if (++made.prompt_tokens > request.max_tokens) {
        made.finish = FinishReason::kLength;
        break;
      }
      const std::string_view piece = std::string_view(asked).substr(at, end - at);
      if (sink) LAKE_RETURN_IF_ERROR(sink(piece));
      made.text += piece;
      ++made.tokens;
      at = end;
    }
    return made;
  }

 private:
  const Options options_;
};

/// A text's score is how many of its letters are the query's first one. Says that it reads kQueryBytes of it.
class FakeReranker final : public Reranker {
 public:
  static constexpr size_t kQueryBytes = 100;

  Result<ModelFingerprint> Fingerprint(const Context&) override {
    return ModelFingerprint{.name = "fake-ranker", .digest = Sha256Hex("fake-ranker")};
  }
  Result<Ranking> Rank(const Context& context, std::string_view query,
                       std::span<const std::string> texts) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    Ranking ranking;
    LAKE_ASSIGN_OR_RETURN(ranking.model, Fingerprint(context));
    ranking.query_truncated = query.size() > kQueryBytes;
    for (const std::string& text : texts)
      ranking.scores.push_back(static_cast<double>(std::ranges::count(text, query.front())));
    return ranking;
  }
};

/// One fake model a task, each the default one of its task.
class FakeModels final : public Provider {
 public:
  explicit FakeModels(FakeEmbedder::Options options) : FakeModels(std::move(options), {}) {}
  FakeModels(FakeEmbedder::Options embedder, FakeGenerator::Options generator)
      : name_(embedder.name),
        talker_(generator.name),
        dimension_(embedder.dimension),
        embedder_(std::make_shared<FakeEmbedder>(std::move(embedder))),
        generator_(std::make_shared<FakeGenerator>(std::move(generator))) {}

  ModelList List(const Context&) override {
    const auto info = [](const std::string& name, ModelTask task) {
      return ModelInfo{
          .name = name, .provider = "fake", .architecture = "words", .tasks = {task}, .default_for = {task}};
    };
    ModelList list = {.models = {info(name_, ModelTask::kEmbed), info(kRanker, ModelTask::kRerank),
                                 info(talker_, ModelTask::kGenerate)},
                      .providers = {{.name = "fake"}}};
    list.models.front().dimensions = dimension_;
    list.models.front().loaded = loaded_;
    return list;
  }
  Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBe(name_, name));
    return std::shared_ptr<Embedder>(embedder_);
  }
  Result<std::shared_ptr<Generator>> FindGenerator(std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBe(talker_, name));
    return std::shared_ptr<Generator>(generator_);
  }
  Result<std::shared_ptr<Reranker>> FindReranker(std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBe(kRanker, name));
    return std::shared_ptr<Reranker>(std::make_shared<FakeReranker>());
  }
  Status LoadModel(const Context&, std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBe(name_, name));
    loaded_ = true;
    return {};
  }
  Status UnloadModel(const Context&, std::string_view name) override {
    LAKE_RETURN_IF_ERROR(MustBe(name_, name));
    loaded_ = false;
    return {};
  }
  std::vector<ProviderMemory> Memory(const Context&) override {
    ProviderMemory memory = {.provider = "fake", .limit_bytes = 1000};
    if (loaded_) memory.models.push_back({.name = name_, .size_bytes = 100});
    return {std::move(memory)};
  }
  const FakeEmbedder& embedder() const { return *embedder_; }

 private:
  static constexpr const char* kRanker = "fake-ranker";

  static Status MustBe(std::string_view name, std::string_view wanted) {
    if (wanted.empty() || wanted == name) return {};
    return NotFound("model_not_found", "there is no model '{}'", wanted);
  }

  const std::string name_;
  const std::string talker_;
  const uint32_t dimension_;
  const std::shared_ptr<FakeEmbedder> embedder_;
  const std::shared_ptr<FakeGenerator> generator_;
  std::atomic<bool> loaded_ = false;
};

}  // namespace lake::models
