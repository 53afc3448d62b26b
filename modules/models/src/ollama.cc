#include <set>
#include <utility>

#include "ollama_models.h"
#include "provider_answer.h"

namespace lake::models {
namespace {

class Ollama final : public Provider {
 public:
  Ollama(OllamaOptions options, Log& log)
      : log_(log),
        server_(std::move(options.server)),
        catalog_(server_),
        parts_({.server = server_,
                .catalog = catalog_,
                .context_tokens = options.context_tokens,
                .keep_alive = options.keep_alive,
                .prompt_prefix = std::move(options.prompt_prefix)}) {}

  ModelList List(const Context& context) override {
    ModelList list = {.models = {}, .providers = {{.name = server_.name()}}};
    const Result<std::vector<OllamaCatalog::Model>> models = catalog_.All(context);
    const Result<std::vector<LoadedModel>> loaded = models.ok() ? Loaded(context) : Error(models.error());
    if (!loaded.ok()) {
      list.providers.front().problem = loaded.error().message();
      return list;
    }
    std::set<std::string> in_memory;
    for (const LoadedModel& model : *loaded) in_memory.insert(model.name);
    for (const OllamaCatalog::Model& model : *models) {
      list.models.push_back(Info(model));
      list.models.back().loaded = in_memory.contains(list.models.back().name);
    }
    return list;
  }

  Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(std::string found, ShortName(name));
    return MakeOllamaEmbedder(std::move(found), parts_);
  }
  Result<std::shared_ptr<Generator>> FindGenerator(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(std::string found, ShortName(name));
    return MakeOllamaGenerator(std::move(found), parts_);
  }
  Result<std::shared_ptr<Reranker>> FindReranker(std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const std::string found, ShortName(name));
    return FailedPrecondition("model_not_usable",
                              "the model '{}' does not rank texts: Ollama has none that do",
                              server_.FullName(found));
  }

  Status LoadModel(const Context& context, std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const OllamaCatalog::Model model, Known(context, name));
    const bool generates = std::ranges::find(model.tasks, ModelTask::kGenerate) != model.tasks.end();
    JsonValue body = parts_.Body(model);
    if (generates)
      body.Set("stream", false);
    else
      body.Set("input", JsonValue::MakeArray());
    LAKE_RETURN_IF_ERROR(server_.Ask(
        context,
        {.model = model.name, .path = generates ? "/api/generate" : "/api/embed", .body = std::move(body)},
        [](const JsonValue&) { return Status(); }));
    log_.Info("model_loaded", {{"model", server_.FullName(model.name)}});
    return {};
  }

  Status UnloadModel(const Context& context, std::string_view name) override {
    LAKE_ASSIGN_OR_RETURN(const OllamaCatalog::Model model, Known(context, name));
    LAKE_RETURN_IF_ERROR(server_.Ask(
        context,
        {.model = model.name,
         .path = "/api/generate",
         .body = JsonValue::MakeObject({{"model", model.name}, {"keep_alive", 0}, {"stream", false}})},
        [](const JsonValue&) { return Status(); }));
    log_.Info("model_unloaded", {{"model", server_.FullName(model.name)}});
    return {};
  }

  std::vector<ProviderMemory> Memory(const Context& context) override {
    ProviderMemory memory = {.provider = server_.name()};
    Result<std::vector<LoadedModel>> loaded = Loaded(context);
    if (loaded.ok())
      memory.models = std::move(*loaded);
    else
      memory.problem = loaded.error().message();
    return {std::move(memory)};
  }

 private:
  /// "nomic-embed-text" of "ollama/nomic-embed-text:latest".
  Result<std::string> ShortName(std::string_view full) const {
    const std::string prefix = server_.FullName("");
    if (!full.starts_with(prefix)) return NotFound("model_not_found", "there is no model '{}'", full);
    const std::string_view name = full.substr(prefix.size());
    LAKE_RETURN_IF_ERROR(CheckOllamaName(name));
    return ShortOllamaName(name);
  }

  Result<OllamaCatalog::Model> Known(const Context& context, std::string_view full) {
    LAKE_ASSIGN_OR_RETURN(const std::string name, ShortName(full));
    return catalog_.Find(context, name);
  }

  ModelInfo Info(const OllamaCatalog::Model& model) const {
    ModelInfo info = {.name = server_.FullName(model.name),
                      .provider = server_.name(),
                      .architecture = model.architecture,
                      .size_bytes = model.size_bytes,
                      .dimensions = model.dimension,
                      .digest = model.digest};
    if (model.is_remote)
      info.problem = "it runs on machines of Ollama's makers, and texts do not leave this one";
    else
      info.tasks = model.tasks;
    if (!info.tasks.empty()) info.max_tokens = parts_.ContextTokens(model);
    return info;
  }

  Result<std::vector<LoadedModel>> Loaded(const Context& context) {
    std::vector<LoadedModel> loaded;
    LAKE_RETURN_IF_ERROR(server_.Ask(
        context, {.model = "", .path = "/api/ps", .patience = RemoteCall::Patience::kLook},
        [&](const JsonValue& answer) -> Status {
          const JsonValue* models = answer.Find("models");
          if (models == nullptr || !models->is_array())
            return Unavailable("bad_provider_answer", "the provider's list of loaded models is none");
          for (const JsonValue& model : models->as_array()) {
            LoadedModel& one = loaded.emplace_back();
            one.name = server_.FullName(ShortOllamaName(model.FindString("name")));
            one.size_bytes = FindCount(model, "size");
            one.gpu_bytes = FindCount(model, "size_vram");
            if (const uint64_t tokens = FindCount(model, "context_length"); tokens > 0)
              one.context_tokens = static_cast<uint32_t>(std::min<uint64_t>(tokens, UINT32_MAX));
            if (const std::string_view until = model.FindString("expires_at"); !until.empty())
              one.expires_at = until;
          }
          return {};
        }));
    return loaded;
  }

  Log& log_;
  RemoteServer server_;
  OllamaCatalog catalog_;
  const OllamaParts parts_;
};

}  // namespace

uint32_t OllamaParts::ContextTokens(const OllamaCatalog::Model& model) const {
  return model.context_tokens == 0 ? context_tokens : std::min(context_tokens, model.context_tokens);
}

JsonValue OllamaParts::Body(const OllamaCatalog::Model& model) const {
  return JsonValue::MakeObject({{"model", model.name},
                                {"keep_alive", static_cast<int64_t>(keep_alive.count())},
                                {"options", JsonValue::MakeObject({{"num_ctx", ContextTokens(model)}})}});
}

std::unique_ptr<Provider> MakeOllama(OllamaOptions options, Log& log) {
  return std::make_unique<Ollama>(std::move(options), log);
}

}  // namespace lake::models
