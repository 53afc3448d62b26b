// Provider: where models come from, by name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/models/embedder.h"

namespace lake::models {

/// One model that is there, usable or not.
struct ModelInfo {
  std::string name;
  std::string provider;      ///< Who runs it: "built-in".
  std::string architecture;  ///< As its file says: "bert", "llama". Empty when it cannot be read.
  bool embeds = false;       ///< Turns texts into vectors.
  bool is_default = false;   ///< FindEmbedder("") gives it.
  bool loaded = false;       ///< In memory now.
  uint64_t size_bytes = 0;   ///< Of its file.
  uint32_t dimensions = 0;   ///< Of its vectors; 0 when it makes none.
  uint32_t max_tokens = 0;   ///< What it reads of one text; 0 when it makes no vectors.
  std::optional<std::string> digest = {};   ///< Once the model was loaded: ModelFingerprint::digest.
  std::optional<std::string> problem = {};  ///< Why it cannot be used.
};

/// Any thread. Outlives the embedders it gave.
class Provider {
 public:
  virtual ~Provider() = default;

  /// All models, by name. Loads none.
  virtual std::vector<ModelInfo> List() = 0;

  /// The embedder of that name; "" is the default one. Loads nothing yet. Errors: not_found/model_not_found,
  /// failed_precondition/model_not_usable (it makes no vectors, or its file cannot be read).
  virtual Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view name) = 0;
};

}  // namespace lake::models
