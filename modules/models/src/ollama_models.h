// One model of Ollama's as Embedder and as Generator.
#pragma once

#include <memory>
#include <string>

#include "ollama_catalog.h"

namespace lake::models {

/// What all models of one Ollama share. Outlives them.
struct OllamaParts {
  RemoteServer& server;
  OllamaCatalog& catalog;
  uint32_t context_tokens;
  std::chrono::seconds keep_alive;
  PromptPrefix prompt_prefix;

  /// The body of a call about the model: its name, for how long it stays and how much it reads at once.
  JsonValue Body(const OllamaCatalog::Model& model) const;
  uint32_t ContextTokens(const OllamaCatalog::Model& model) const;
};

// `name`: short, checked.
std::shared_ptr<Embedder> MakeOllamaEmbedder(std::string name, const OllamaParts& parts);
std::shared_ptr<Generator> MakeOllamaGenerator(std::string name, const OllamaParts& parts);

}  // namespace lake::models
