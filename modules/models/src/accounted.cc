#include "accounted.h"

#include <chrono>
#include <utility>

namespace lake::models {
namespace {

using Steady = std::chrono::steady_clock;

/// What one call cost.
struct Cost {
  std::string_view task;
  uint64_t texts = 0;
  uint64_t tokens_in = 0;
  uint64_t tokens_out = 0;
};

class Account {
 public:
  Account(const Context& context, const std::string& model, Log& log)
      : log_(log, context.trace_id), model_(model) {}

  void Write(const Cost& cost) {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - started_);
    log_.Info("model_used", {{"task", cost.task},
                             {"model", model_},
                             {"texts", cost.texts},
                             {"tokens_in", cost.tokens_in},
                             {"tokens_out", cost.tokens_out},
                             {"elapsed_ms", static_cast<int64_t>(took.count())}});
  }

  /// A stream that has begun cannot tell its client why it failed, so the cause is kept here.
  void WriteFailure(const Error& error) {
    if (error.internal_cause().empty()) return;
    log_.Warning("model_failed",
                 {{"model", model_}, {"reason", error.reason()}, {"cause", error.internal_cause()}});
  }

 private:
  TracedLog log_;
  const std::string& model_;
  const Steady::time_point started_ = Steady::now();
};

class AccountedEmbedder final : public Embedder {
 public:
  AccountedEmbedder(std::string name, std::shared_ptr<Embedder> embedder, Log& log)
      : name_(std::move(name)), embedder_(std::move(embedder)), log_(log) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    return embedder_->Fingerprint(context);
  }
  Result<Embeddings> Embed(const Context& context, std::span<const std::string> texts) override {
    Account account(context, name_, log_);
    Result<Embeddings> made = embedder_->Embed(context, texts);
    if (made.ok()) account.Write({.task = "embed", .texts = texts.size(), .tokens_in = made->tokens});
    if (!made.ok()) account.WriteFailure(made.error());
    return made;
  }
  Result<TokenCounts> CountTokens(const Context& context, std::span<const std::string> texts) override {
    return embedder_->CountTokens(context, texts);
  }

 private:
  const std::string name_;
  const std::shared_ptr<Embedder> embedder_;
  Log& log_;
};

class AccountedGenerator final : public Generator {
 public:
  AccountedGenerator(std::string name, std::shared_ptr<Generator> generator, Log& log)
      : name_(std::move(name)), generator_(std::move(generator)), log_(log) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    return generator_->Fingerprint(context);
  }
  Result<Generation> Generate(const Context& context, const GenerationRequest& request,
                              const TextSink& sink) override {
    Account account(context, name_, log_);
    Result<Generation> made = generator_->Generate(context, request, sink);
    if (made.ok())
      account.Write(
          {.task = "generate", .texts = 1, .tokens_in = made->prompt_tokens, .tokens_out = made->tokens});
    if (!made.ok()) account.WriteFailure(made.error());
    return made;
  }

 private:
  const std::string name_;
  const std::shared_ptr<Generator> generator_;
  Log& log_;
};

class AccountedReranker final : public Reranker {
 public:
  AccountedReranker(std::string name, std::shared_ptr<Reranker> reranker, Log& log)
      : name_(std::move(name)), reranker_(std::move(reranker)), log_(log) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    return reranker_->Fingerprint(context);
  }
  Result<Ranking> Rank(const Context& context, std::string_view query,
                       std::span<const std::string> texts) override {
    Account account(context, name_, log_);
    Result<Ranking> made = reranker_->Rank(context, query, texts);
    if (made.ok()) account.Write({.task = "rerank", .texts = texts.size(), .tokens_in = made->tokens});
    if (!made.ok()) account.WriteFailure(made.error());
    return made;
  }

 private:
  const std::string name_;
  const std::shared_ptr<Reranker> reranker_;
  Log& log_;
};

}  // namespace

std::shared_ptr<Embedder> Accounted(std::string name, std::shared_ptr<Embedder> embedder, Log& log) {
  return std::make_shared<AccountedEmbedder>(std::move(name), std::move(embedder), log);
}
std::shared_ptr<Generator> Accounted(std::string name, std::shared_ptr<Generator> generator, Log& log) {
  return std::make_shared<AccountedGenerator>(std::move(name), std::move(generator), log);
}
std::shared_ptr<Reranker> Accounted(std::string name, std::shared_ptr<Reranker> reranker, Log& log) {
  return std::make_shared<AccountedReranker>(std::move(name), std::move(reranker), log);
}

}  // namespace lake::models
