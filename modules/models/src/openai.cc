#include <algorithm>
#include <utility>

#include "openai_models.h"
#include "provider_answer.h"

namespace lake::models {
namespace {

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class OpenAi final : public Provider {
 public:
  explicit OpenAi(OpenAiOptions options)
      : embedding_models_(std::move(options.embedding_models)),
        generation_models_(std::move(options.generation_models)),
        server_(std::move(options.server)),
        parts_{.server = server_,
               .version = std::move(options.version),
               .prompt_prefix = std::move(options.prompt_prefix)} {}

  ModelList List(const Context& context) override {
    ModelList list = {.models = {}, .providers = {{.name = server_.name()}}};
    const Status reached =
        server_.Ask(context, {.model = "", .path = "/v1/models", .patience = RemoteCall::Patience::kLook},
                    [](const JsonValue&) { return Status(); });
    if (!reached.ok()) list.providers.front().problem = reached.error().message();
    for (const std::string& name : embedding_models_) list.models.push_back(Info(name));
    for (const std::string& name : generation_models_)
      if (!Has(embedding_models_, name)) list.models.push_back(Info(name));
    std::ranges::sort(list.models, {}, &ModelInfo::name);
    return list;
  }

  Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(std::string found, ServerName(name));
    if (Has(embedding_models_, found)) return MakeOpenAiEmbedder(std::move(found), parts_);
    return FailedPrecondition("model_not_usable", "the model '{}' is not configured to embed", name);
  }
  Result<std::shared_ptr<Generator>> FindGenerator(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(std::string found, ServerName(name));
    if (Has(generation_models_, found)) return MakeOpenAiGenerator(std::move(found), parts_);
    return FailedPrecondition("model_not_usable", "the model '{}' is not configured to generate", name);
  }
  Result<std::shared_ptr<Reranker>> FindReranker(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const std::string found, ServerName(name));
    return FailedPrecondition("model_not_usable", "the model '{}' does not rank texts", name);
  }

  Status LoadModel(const Context&, std::string_view name) override { return NotManaged(name); }
  Status UnloadModel(const Context&, std::string_view name) override { return NotManaged(name); }
  std::vector<ProviderMemory> Memory(const Context&) override { return {}; }

 private:
  /// Only what the owner wrote down: another one may cost, or read what it should not.
  Result<std::string> ServerName(std::string_view full) const {
    const std::string prefix = server_.FullName("");
    const std::string name(full.starts_with(prefix) ? full.substr(prefix.size()) : "");
    if (Has(embedding_models_, name) || Has(generation_models_, name)) return name;
    return NotFound("model_not_found", "there is no model '{}': the configuration does not name it", full);
  }

  Status NotManaged(std::string_view name) const {
    LAKE_ASSIGN_OR_RETURN(const std::string found, ServerName(name));
    return MemoryNotManaged(server_.name());
  }

  ModelInfo Info(const std::string& name) const {
    ModelInfo info = {.name = server_.FullName(name),
                      .provider = server_.name(),
                      .dimensions = parts_.DimensionOf(name),
                      .digest = DeclaredDigest(parts_.version)};
    if (Has(embedding_models_, name)) info.tasks.push_back(ModelTask::kEmbed);
    if (Has(generation_models_, name)) info.tasks.push_back(ModelTask::kGenerate);
    return info;
  }

  const std::vector<std::string> embedding_models_;
  const std::vector<std::string> generation_models_;
  RemoteServer server_;
  const OpenAiParts parts_;
};

}  // namespace

uint32_t OpenAiParts::DimensionOf(const std::string& model) const {
  MutexLock lock(mutex);
  const auto found = dimensions.find(model);
  return found == dimensions.end() ? 0 : found->second;
}

void OpenAiParts::RememberDimension(const std::string& model, uint32_t dimension) const {
  MutexLock lock(mutex);
  dimensions[model] = dimension;
}

std::unique_ptr<Provider> MakeOpenAi(OpenAiOptions options) {
  return std::make_unique<OpenAi>(std::move(options));
}

}  // namespace lake::models
