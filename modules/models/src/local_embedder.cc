#include "local_embedder.h"

#include <fmt/format.h>

#include <utility>

#include "embedding_work.h"
#include "lake/common/utf8.h"
#include "llama_runtime.h"

namespace lake::models {
namespace {

using Steady = std::chrono::steady_clock;

/// What a context for kBatchTokens takes beside the weights, generously (measured: 39 MiB for MiniLM).
constexpr uint64_t kContextBytes = 48u << 20;

std::string PositionPointer(size_t text) { return fmt::format("/{}", text); }

}  // namespace

Result<ModelFingerprint> LocalEmbedder::Fingerprint(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, Use(context));
  return model->fingerprint();
}

Result<Embeddings> LocalEmbedder::Embed(const Context& context, std::span<const std::string> texts) {
  if (texts.size() > kMaxTexts)
    return InvalidArgument("too_many_texts", "at most {} texts can be embedded at once", kMaxTexts);
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, Use(context));
  Embeddings embeddings = {.model = model->fingerprint(), .values = {}, .truncated = {}};
  if (texts.empty()) return embeddings;
  LAKE_ASSIGN_OR_RETURN(std::vector<TokenizedText> read, Read(*model, texts));
  for (size_t text = 0; text < read.size(); ++text) {
    embeddings.tokens += read[text].tokens.size();
    if (read[text].truncated) embeddings.truncated.push_back(text);
  }
  const auto work = std::make_shared<EmbeddingWork>(context, model, std::move(read));
  LAKE_RETURN_IF_ERROR(parts_.queue.Add(work));
  LAKE_ASSIGN_OR_RETURN(embeddings.values, work->Wait());
  return embeddings;
}

Result<std::vector<TokenizedText>> LocalEmbedder::Read(const RunningModel& model,
                                                       std::span<const std::string> texts) const {
  std::vector<TokenizedText> read;
  read.reserve(texts.size());
  for (size_t text = 0; text < texts.size(); ++text) {
    if (!IsUtf8(texts[text]))
      return InvalidArgument("bad_text", "text {} is not UTF-8", text)
          .WithDetail(PositionPointer(text), "expected UTF-8");
    const TokenText& tokenizer = model.tokenizer();
    TokenizedText tokens = tokenizer.Tokenize(texts[text], model.max_tokens());
    if (tokens.empty)
      return InvalidArgument("empty_text", "text {} has nothing to read", text)
          .WithDetail(PositionPointer(text), "expected a text with at least one letter, digit or sign");
    if (!source_.prompt_prefix.empty())
      tokens = tokenizer.Tokenize(source_.prompt_prefix + texts[text], model.max_tokens());
    read.push_back(std::move(tokens));
  }
  return read;
}

Result<std::shared_ptr<RunningModel>> LocalEmbedder::Use(const Context& context) {
  {
    MutexLock lock(mutex_);
    while (loading_) {
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      // A load is short, so who waits for one looks after itself now and then.
      loading_ended_.WaitUntil(mutex_, Steady::now() + std::chrono::milliseconds(50));
    }
    last_used_ = Steady::now();
    if (running_ != nullptr) return running_;
    loading_ = true;
  }
  Result<std::shared_ptr<RunningModel>> loaded = Load(context);
  MutexLock lock(mutex_);
  loading_ = false;
  loading_ended_.NotifyAll();
  if (!loaded.ok()) return loaded;
  running_ = *loaded;
  digest_ = running_->fingerprint().digest;
  last_used_ = Steady::now();
  return loaded;
}

Result<std::shared_ptr<RunningModel>> LocalEmbedder::Load(const Context& context) {
  const Steady::time_point started = Steady::now();
  LAKE_ASSIGN_OR_RETURN(ModelFile file, ModelFile::Open(source_.path));
  if (file.identity() != source_.identity)
    return NotFound("model_not_found", "the file of the model '{}' was replaced just now", source_.name);
  LAKE_ASSIGN_OR_RETURN(ModelMemory::Share memory, TakeMemory());
  LAKE_ASSIGN_OR_RETURN(std::string digest, file.Digest(context));
  Result<std::unique_ptr<LlamaModel>> model = LlamaModel::Load(file.Rewound());
  if (!model.ok()) return std::move(model).error().Within(fmt::format("model '{}'", source_.name));
  ModelFingerprint fingerprint = {.name = source_.name,
                                  .digest = std::move(digest),
                                  .dimension = (*model)->dimensions(),
                                  .prompt_prefix = source_.prompt_prefix};
  auto running = std::make_shared<RunningModel>(std::move(fingerprint), std::move(*model), std::move(memory));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - started);
  parts_.log.Info("model_loaded",
                  {{"model", source_.name}, {"elapsed_ms", static_cast<int64_t>(took.count())}});
  return running;
}

Result<ModelMemory::Share> LocalEmbedder::TakeMemory() {
  const uint64_t bytes = memory_bytes();
  if (bytes > parts_.memory.limit_bytes())
    return FailedPrecondition("model_not_usable",
                              "the model '{}' needs {} bytes of memory, more than models.memory_bytes ({})",
                              source_.name, bytes, parts_.memory.limit_bytes());
  for (;;) {
    if (std::optional<ModelMemory::Share> share = parts_.memory.Take(bytes)) return std::move(*share);
    if (!parts_.unload_idlest())
      return ResourceExhausted("model_memory",
                               "there is no room for the model '{}' while others are in use; try again soon",
                               source_.name);
  }
}

uint64_t LocalEmbedder::memory_bytes() const {
  return source_.identity.size_bytes + parts_.threads * kContextBytes;
}

bool LocalEmbedder::loaded() const {
  MutexLock lock(mutex_);
  return running_ != nullptr;
}

std::optional<std::string> LocalEmbedder::digest() const {
  MutexLock lock(mutex_);
  return digest_;
}

std::optional<Steady::time_point> LocalEmbedder::idle_since() const {
  MutexLock lock(mutex_);
  // Others get it under this lock only, so that one owner means nobody else now.
  if (running_ == nullptr || running_.use_count() > 1) return std::nullopt;
  return last_used_;
}

bool LocalEmbedder::UnloadIfIdle(Steady::time_point before) {
  std::shared_ptr<RunningModel> leaving;  // Freed without the lock.
  {
    MutexLock lock(mutex_);
    if (running_ == nullptr || running_.use_count() > 1 || last_used_ > before) return false;
    leaving = std::exchange(running_, nullptr);
  }
  parts_.log.Info("model_unloaded", {{"model", source_.name}});
  return true;
}

}  // namespace lake::models
