// LocalReranker: a local model as a Reranker.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/models/reranker.h"
#include "local_model.h"

namespace lake::models {

class LocalReranker final : public Reranker {
 public:
  explicit LocalReranker(std::shared_ptr<LocalModel> model) : model_(std::move(model)) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override;
  Result<Ranking> Rank(const Context& context, std::string_view query,
                       std::span<const std::string> texts) override;

 private:
  const std::shared_ptr<LocalModel> model_;
};

}  // namespace lake::models
