// LocalEmbedder: a local model as an Embedder.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lake/models/embedder.h"
#include "local_model.h"

namespace lake::models {

class LocalEmbedder final : public Embedder {
 public:
  explicit LocalEmbedder(std::shared_ptr<LocalModel> model) : model_(std::move(model)) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override;
  Result<Embeddings> Embed(const Context& context, std::span<const std::string> texts) override;
  Result<TokenCounts> CountTokens(const Context& context, std::span<const std::string> texts) override;

 private:
  Result<std::vector<TokenizedText>> Read(const RunningModel& model,
                                          std::span<const std::string> texts) const;

  const std::shared_ptr<LocalModel> model_;
};

}  // namespace lake::models
