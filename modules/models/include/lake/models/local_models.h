// LocalModels: the built-in provider. Models are GGUF files in directories and run in this process, on the
// CPU. A file that says how tokens become one vector embeds; one that gives two texts, read together, one
// score ranks; another one that writes one token after the other generates.
//
//   auto models = LocalModels::Make({.directories = {"./models"}, .default_embedding = "all-minilm-l6-v2"},
//   log); LAKE_ASSIGN_OR_RETURN(std::shared_ptr<Embedder> embedder, models->FindEmbedder(""));
//   LAKE_ASSIGN_OR_RETURN(Embeddings vectors, embedder->Embed(context, texts));
//
// `<directory>/<name>.gguf` is the model <name>. A file `<name>.gguf.sha256` beside it (as sha256sum writes
// it) pins its content. Replace a model by renaming a new file over it: who uses the old one keeps it to the
// end.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lake/common/log.h"
#include "lake/models/provider.h"

namespace lake::models {

struct LocalModelOptions {
  /// A name is looked for in the first one first; those that do not exist are as if empty.
  std::vector<std::filesystem::path> directories;
  std::string default_embedding;             ///< Name of the model that FindEmbedder("") gives.
  std::string default_prompt_prefix;         ///< Of the default model; models trained with one need it.
  size_t threads = 0;                        ///< Texts are read on so many; 0 is one a core.
  uint64_t memory_limit_bytes = 1ull << 30;  ///< Loaded models: their files and what running them takes.
  std::chrono::milliseconds unload_after{300'000};  ///< A model that is not used for so long leaves memory.
  uint32_t context_tokens =
      4096;                 ///< What a model holds of a prompt and its text; less when trained for less.
  size_t max_waiting = 64;  ///< Calls that share the threads; more are refused with models_busy.
};

class LocalModels : public Provider {
 public:
  /// Reads nothing yet. `log` is borrowed.
  static std::unique_ptr<LocalModels> Make(LocalModelOptions options, Log& log);

  /// Unloads what is not in use now and was not since `before`; returns how many. Called from inside when
  /// `unload_after` has passed; for tests and for whoever needs the memory.
  virtual size_t Unload(std::chrono::steady_clock::time_point before) = 0;
};

}  // namespace lake::models
