// One model of an OpenAI-compatible server as Embedder and as Generator.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "lake/common/mutex.h"
#include "remote_server.h"

namespace lake::models {

/// What all models of one server share. Outlives them.
struct OpenAiParts {
  RemoteServer& server;
  std::string version;
  PromptPrefix prompt_prefix;
  mutable Mutex mutex = {};
  /// Of the vectors that were seen, by model.
  mutable std::map<std::string, uint32_t> dimensions LAKE_GUARDED_BY(mutex) = {};

  uint32_t DimensionOf(const std::string& model) const;  ///< 0 when none was seen.
  void RememberDimension(const std::string& model, uint32_t dimension) const;
};

// `name`: as the server calls it.
std::shared_ptr<Embedder> MakeOpenAiEmbedder(std::string name, const OpenAiParts& parts);
std::shared_ptr<Generator> MakeOpenAiGenerator(std::string name, const OpenAiParts& parts);

}  // namespace lake::models
