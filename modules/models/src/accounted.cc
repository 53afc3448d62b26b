#include "accounted.h"

#include <chrono>
#include <utility>

namespace lake::models {
namespace {

using Steady = std::chrono::steady_clock;

/// What one call cost.
struct Cost {
  std::string_view task;
  std::string model;
  uint64_t texts = 0;
  uint64_t tokens_in = 0;
  uint64_t tokens_out = 0;
};

class Account {
 public:
  Account(const Context& context, Log& log) : log_(log, context.trace_id) {}

  void Write(const Cost& cost) {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - started_);
    log_.Info("model_used", {{"task", cost.task},
                             {"model", cost.model},
                             {"texts", cost.texts},
                             {"tokens_in", cost.tokens_in},
                             {"tokens_out", cost.tokens_out},
                             {"elapsed_ms", static_cast<int64_t>(took.count())}});
  }

 private:
  TracedLog log_;
  const Steady::time_point started_ = Steady::now();
};

class AccountedEmbedder final : public Embedder {
 public:
  AccountedEmbedder(std::shared_ptr<Embedder> embedder, Log& log)
      : embedder_(std::move(embedder)), log_(log) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    return embedder_->Fingerprint(context);
  }
  Result<Embeddings> Embed(const Context& context, std::span<const std::string> texts) override {
    Account account(context, log_);
    Result<Embeddings> made = embedder_->Embed(context, texts);
    if (made.ok())
      account.Write(
          {.task = "embed", .model = made->model.name, .texts = texts.size(), .tokens_in = made->tokens});
    return made;
  }

 private:
  const std::shared_ptr<Embedder> embedder_;
  Log& log_;
};

class AccountedGenerator final : public Generator {
 public:
  AccountedGenerator(std::shared_ptr<Generator> generator, Log& log)
      : generator_(std::move(generator)), log_(log) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    return generator_->Fingerprint(context);
  }
  Result<Generation> Generate(const Context& context, const GenerationRequest& request,
                              const TextSink& sink) override {
    Account account(context, log_);
    Result<Generation> made = generator_->Generate(context, request, sink);
    if (made.ok())
      account.Write({.task = "generate",
                     .model = made->model.name,
                     .texts = 1,
                     .tokens_in = made->prompt_tokens,
                     .tokens_out = made->tokens});
    return made;
  }

 private:
  const std::shared_ptr<Generator> generator_;
  Log& log_;
};

class AccountedReranker final : public Reranker {
 public:
  AccountedReranker(std::shared_ptr<Reranker> reranker, Log& log)
      : reranker_(std::move(reranker)), log_(log) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    return reranker_->Fingerprint(context);
  }
  Result<Ranking> Rank(const Context& context, std::string_view query,
                       std::span<const std::string> texts) override {
    Account account(context, log_);
    Result<Ranking> made = reranker_->Rank(context, query, texts);
    if (made.ok()) account.Write({.task = "rerank", .model = made->model.name, .texts = texts.size()});
    return made;
  }

 private:
  const std::shared_ptr<Reranker> reranker_;
  Log& log_;
};

}  // namespace

std::shared_ptr<Embedder> Accounted(std::shared_ptr<Embedder> embedder, Log& log) {
  return std::make_shared<AccountedEmbedder>(std::move(embedder), log);
}
std::shared_ptr<Generator> Accounted(std::shared_ptr<Generator> generator, Log& log) {
  return std::make_shared<AccountedGenerator>(std::move(generator), log);
}
std::shared_ptr<Reranker> Accounted(std::shared_ptr<Reranker> reranker, Log& log) {
  return std::make_shared<AccountedReranker>(std::move(reranker), log);
}

}  // namespace lake::models
