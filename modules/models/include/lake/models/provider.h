// Provider: where models come from, by name.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/models/embedder.h"
#include "lake/models/generator.h"
#include "lake/models/reranker.h"

namespace lake::models {

enum class ModelTask { kEmbed, kGenerate, kRerank };

/// One model that is there, usable or not.
struct ModelInfo {
  std::string name;
  std::string provider;                     ///< Who runs it: "built-in", "ollama".
  std::string architecture = {};            ///< "bert", "llama"; empty when it is not known.
  std::vector<ModelTask> tasks = {};        ///< What it does; empty when nothing that we ask for.
  std::vector<ModelTask> default_for = {};  ///< It does these when nobody names a model.
  bool loaded = false;                      ///< In memory now, as far as the provider tells.
  uint64_t size_bytes = 0;                  ///< Of its file; 0 when it is not known.
  uint32_t dimensions = 0;                  ///< Of its vectors; 0 when it makes none or it is not known yet.
  uint32_t max_tokens = 0;                  ///< What it reads at once; 0 when it is not known.
  std::optional<std::string> digest = {};   ///< ModelFingerprint::digest, once it is known.
  std::optional<std::string> problem = {};  ///< Why it cannot be used.

  bool Does(ModelTask task) const { return std::ranges::find(tasks, task) != tasks.end(); }
};

/// Whether a provider could be asked just now.
struct ProviderState {
  std::string name;
  std::optional<std::string> problem = {};  ///< Its models are missing from the list for this reason.
};

struct ModelList {
  std::vector<ModelInfo> models;         ///< By name.
  std::vector<ProviderState> providers;  ///< All of them.
};

/// One model in memory.
struct LoadedModel {
  std::string name;
  uint64_t size_bytes = 0;                      ///< All it takes, wherever that is.
  std::optional<uint64_t> gpu_bytes = {};       ///< Of these in the memory of GPUs.
  std::optional<uint32_t> context_tokens = {};  ///< What it was loaded for.
  std::optional<std::string> expires_at = {};  ///< When it leaves unless it is used, as its provider says it.
};

struct ProviderMemory {
  std::string provider;
  std::vector<LoadedModel> models = {};
  std::optional<uint64_t> limit_bytes = {};  ///< Most that its models may take together.
  std::optional<std::string> problem = {};   ///< Why nothing is known.
};

/// Any thread. Outlives what it gave.
class Provider {
 public:
  virtual ~Provider() = default;

  /// Loads none. Asks providers elsewhere, and says which of them could not be asked within the context.
  virtual ModelList List(const Context& context) = 0;

  // The model of that name for a task; "" is the default one. They load and ask nothing yet. Errors:
  // not_found/model_not_found, failed_precondition/model_not_usable (it does not do that, or its file cannot
  // be read), failed_precondition/no_default_model.
  virtual Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view name) = 0;
  virtual Result<std::shared_ptr<Generator>> FindGenerator(std::string_view name) = 0;
  virtual Result<std::shared_ptr<Reranker>> FindReranker(std::string_view name) = 0;

  /// Takes a model into memory before it is needed; it leaves as if it had been used just now. Errors: those
  /// of using it, unimplemented/memory_not_managed (the provider does not let itself be told).
  virtual Status LoadModel(const Context& context, std::string_view name) = 0;
  /// Frees its memory; ok when it was not loaded. Errors: failed_precondition/model_in_use, those of
  /// LoadModel.
  virtual Status UnloadModel(const Context& context, std::string_view name) = 0;

  /// What is in memory now, one entry a provider that knows it.
  virtual std::vector<ProviderMemory> Memory(const Context& context) = 0;
};

}  // namespace lake::models
