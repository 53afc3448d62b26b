// LocalGenerator: a local model as a Generator.
#pragma once

#include <memory>

#include "lake/models/generator.h"
#include "local_model.h"

namespace lake::models {

class LocalGenerator final : public Generator {
 public:
  explicit LocalGenerator(std::shared_ptr<LocalModel> model) : model_(std::move(model)) {}

  Result<ModelFingerprint> Fingerprint(const Context& context) override;
  Result<Generation> Generate(const Context& context, const GenerationRequest& request,
                              const TextSink& sink) override;

 private:
  const std::shared_ptr<LocalModel> model_;
};

}  // namespace lake::models
