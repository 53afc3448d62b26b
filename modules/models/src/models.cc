#include "lake/models/models.h"

#include <algorithm>
#include <utility>

#include "accounted.h"
#include "lake/common/suggest.h"

namespace lake::models {
namespace {

class CombinedModels final : public Models {
 public:
  CombinedModels(std::vector<NamedProvider> providers, DefaultModels defaults, Log& log)
      : providers_(std::move(providers)), defaults_(std::move(defaults)), log_(log) {}

  ModelList List(const Context& context) override {
    ModelList all;
    for (const NamedProvider& named : providers_) {
      ModelList part = named.provider->List(context);
      std::ranges::move(part.models, std::back_inserter(all.models));
      std::ranges::move(part.providers, std::back_inserter(all.providers));
    }
    std::ranges::sort(all.models, {}, &ModelInfo::name);
    const std::string reranking = DefaultReranker();
    for (ModelInfo& model : all.models) MarkDefaults(reranking, &model);
    return all;
  }

  Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const std::string full, Named(name, defaults_.embedding, "embedding"));
    LAKE_ASSIGN_OR_RETURN(Provider * provider, Of(full));
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<Embedder> embedder, provider->FindEmbedder(full));
    return Accounted(full, std::move(embedder), log_);
  }
  Result<std::shared_ptr<Generator>> FindGenerator(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const std::string full, Named(name, defaults_.generation, "generation"));
    LAKE_ASSIGN_OR_RETURN(Provider * provider, Of(full));
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<Generator> generator, provider->FindGenerator(full));
    return Accounted(full, std::move(generator), log_);
  }
  Result<std::shared_ptr<Reranker>> FindReranker(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const std::string full, Named(name, DefaultReranker(), "reranking"));
    LAKE_ASSIGN_OR_RETURN(Provider * provider, Of(full));
    LAKE_ASSIGN_OR_RETURN(std::shared_ptr<Reranker> reranker, provider->FindReranker(full));
    return Accounted(full, std::move(reranker), log_);
  }

  Status LoadModel(const Context& context, std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(Provider * provider, Of(name));
    return provider->LoadModel(context, name);
  }
  Status UnloadModel(const Context& context, std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(Provider * provider, Of(name));
    return provider->UnloadModel(context, name);
  }
  std::vector<ProviderMemory> Memory(const Context& context) override {
    std::vector<ProviderMemory> all;
    for (const NamedProvider& named : providers_)
      std::ranges::move(named.provider->Memory(context), std::back_inserter(all));
    return all;
  }

 private:
  static Result<std::string> Named(std::string_view name, const std::string& default_name,
                                   std::string_view task) {
    if (!name.empty()) return std::string(name);
    if (!default_name.empty()) return default_name;
    return FailedPrecondition("no_default_model",
                              "no model is set for {}; name one, or set models.{} to one of GET /ai/models",
                              task, task);
  }

  /// Who has the model of that name.
  Result<Provider*> Of(std::string_view name) const {
    const size_t slash = name.find('/');
    const std::string_view wanted =
        slash == std::string_view::npos ? kBuiltInProvider : name.substr(0, slash);
    const auto found = std::ranges::find(providers_, wanted, &NamedProvider::name);
    if (found != providers_.end() && (slash != std::string_view::npos) == (wanted != kBuiltInProvider))
      return found->provider.get();
    std::vector<std::string_view> names;
    for (const NamedProvider& named : providers_)
      if (named.name != kBuiltInProvider) names.push_back(named.name);
    const std::string_view near = Suggest(wanted, names);
    return NotFound("model_not_found", "there is no model '{}': no provider '{}' is configured{}", name,
                    wanted, near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
  }

  /// The one that the owner names, else the first by name of those whose files he put here; "" is none.
  std::string DefaultReranker() const {
    if (!defaults_.reranking.empty()) return defaults_.reranking;
    std::string first;
    for (const NamedProvider& named : providers_) {
      if (named.name != kBuiltInProvider) continue;
      for (const ModelInfo& model : named.provider->List(Context{}).models)
        if (model.Does(ModelTask::kRerank) && (first.empty() || model.name < first)) first = model.name;
    }
    return first;
  }

  void MarkDefaults(const std::string& reranking, ModelInfo* model) const {
    model->default_for.clear();
    if (model->name == defaults_.embedding) model->default_for.push_back(ModelTask::kEmbed);
    if (model->name == defaults_.generation) model->default_for.push_back(ModelTask::kGenerate);
    if (model->name == reranking) model->default_for.push_back(ModelTask::kRerank);
  }

  const std::vector<NamedProvider> providers_;
  const DefaultModels defaults_;
  Log& log_;
};

}  // namespace

std::unique_ptr<Models> Models::Make(std::vector<NamedProvider> providers, DefaultModels defaults, Log& log) {
  return std::make_unique<CombinedModels>(std::move(providers), std::move(defaults), log);
}

}  // namespace lake::models
