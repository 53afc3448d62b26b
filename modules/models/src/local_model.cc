#include "local_model.h"

#include <fmt/format.h>

#include <utility>

namespace lake::models {
namespace {

using Steady = std::chrono::steady_clock;

/// What a context takes beside the weights for each token that it computes at once, generously (measured: 39
/// MiB for 256 of MiniLM).
constexpr uint64_t kBytesPerToken = (48u << 20) / kBatchTokens;

}  // namespace

Result<std::shared_ptr<RunningModel>> LocalModel::Use(const Context& context) {
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

Result<std::shared_ptr<RunningModel>> LocalModel::Load(const Context& context) {
  const Steady::time_point started = Steady::now();
  LAKE_ASSIGN_OR_RETURN(ModelFile file, ModelFile::Open(source_.path));
  if (file.identity() != source_.identity)
    return NotFound("model_not_found", "the file of the model '{}' was replaced just now", source_.name);
  LAKE_ASSIGN_OR_RETURN(ModelMemory::Share memory, TakeMemory());
  LAKE_ASSIGN_OR_RETURN(std::string digest, file.Digest(context));
  Result<std::unique_ptr<LlamaModel>> model = LlamaModel::Load(file.Rewound(), source_.header);
  if (!model.ok()) return std::move(model).error().Within(fmt::format("model '{}'", source_.name));
  ModelFingerprint fingerprint = {.name = source_.name,
                                  .digest = std::move(digest),
                                  .dimension = source_.header.embeds ? (*model)->dimensions() : 0,
                                  .prompt_prefix = source_.prompt_prefix};
  auto running = std::make_shared<RunningModel>(
      std::move(fingerprint), std::move(*model), std::move(memory),
      WriterPool::Options{.context_tokens = WriterTokens(source_.header, parts_.context_tokens),
                          .bytes = WriterBytes(source_.header, parts_.context_tokens),
                          .most = parts_.threads,
                          .memory = parts_.memory});
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - started);
  parts_.log.Info("model_loaded",
                  {{"model", source_.name}, {"elapsed_ms", static_cast<int64_t>(took.count())}});
  return running;
}

Result<ModelMemory::Share> LocalModel::TakeMemory() {
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

uint64_t LocalModel::memory_bytes() const {
  const ModelHeader& header = source_.header;
  if (header.embeds || header.ranks)
    return source_.identity.size_bytes + header.row_bytes +
           parts_.threads * header.batch_tokens() * kBytesPerToken;
  return source_.identity.size_bytes + WriterBytes(header, parts_.context_tokens);
}

bool LocalModel::loaded() const {
  MutexLock lock(mutex_);
  return running_ != nullptr;
}

std::optional<std::string> LocalModel::digest() const {
  MutexLock lock(mutex_);
  return digest_;
}

std::optional<Steady::time_point> LocalModel::idle_since() const {
  MutexLock lock(mutex_);
  // Others get it under this lock only, so that one owner means nobody else now.
  if (running_ == nullptr || running_.use_count() > 1) return std::nullopt;
  return last_used_;
}

bool LocalModel::UnloadIfIdle(Steady::time_point before) {
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
