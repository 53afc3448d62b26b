// LocalModel: one file of a model, in memory while it is used.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lake/common/log.h"
#include "lake/common/mutex.h"
#include "llama_runtime.h"
#include "model_file.h"
#include "model_memory.h"
#include "running_model.h"
#include "turn_queue.h"

namespace lake::models {

/// What all local models share. Outlives them.
struct LocalModelParts {
  TurnQueue& queue;
  ModelMemory& memory;
  size_t threads;           ///< Of the queue: so many contexts a model may have.
  uint32_t context_tokens;  ///< Most tokens of a prompt and its text together.
  /// Makes room in memory by unloading the model that is idle the longest; false: none is idle.
  std::function<bool()> unload_idlest;
  Log& log;
};

/// Any thread.
class LocalModel {
 public:
  struct Source {
    std::string name;
    std::filesystem::path path;
    FileIdentity identity;
    ModelHeader header;
    std::string prompt_prefix;
  };

  LocalModel(Source source, const LocalModelParts& parts) : source_(std::move(source)), parts_(parts) {}

  const Source& source() const { return source_; }
  const LocalModelParts& parts() const { return parts_; }

  /// In memory from here on for as long as the result lives. One caller loads, others wait for it. Errors:
  /// those of Embedder::Fingerprint.
  Result<std::shared_ptr<RunningModel>> Use(const Context& context);

  bool loaded() const;
  uint64_t memory_bytes() const;              ///< What it takes when it is loaded.
  std::optional<std::string> digest() const;  ///< Once it was loaded.
  /// When it was used last, if it is in memory and nobody uses it now.
  std::optional<std::chrono::steady_clock::time_point> idle_since() const;
  /// Whether it was in memory, not in use since `before`, and is no longer.
  bool UnloadIfIdle(std::chrono::steady_clock::time_point before);

 private:
  Result<std::shared_ptr<RunningModel>> Load(const Context& context);
  Result<ModelMemory::Share> TakeMemory();

  const Source source_;
  const LocalModelParts& parts_;
  mutable Mutex mutex_;
  CondVar loading_ended_;
  bool loading_ LAKE_GUARDED_BY(mutex_) = false;
  std::shared_ptr<RunningModel> running_ LAKE_GUARDED_BY(mutex_);
  std::optional<std::string> digest_ LAKE_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point last_used_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::models
