#include "open_models.h"

#include <utility>

#include "lake/models/local_models.h"
#include "lake/models/remote_models.h"

namespace lake::app {
namespace {

/// The owner's files come first, so that one of them can take the place of the model that comes with the
/// program.
models::LocalModelOptions LocalOptions(const ModelSettings& settings) {
  models::LocalModelOptions options;
  options.directories = {settings.directory, LAKE_BUNDLED_MODELS};
  options.default_embedding = settings.embedding;
  options.default_prompt_prefix = settings.embedding_prefix;
  options.threads = settings.threads;
  options.memory_limit_bytes = settings.memory_bytes;
  options.unload_after = std::chrono::seconds(settings.idle_secs);
  options.context_tokens = settings.context_tokens;
  options.max_waiting = settings.max_waiting;
  return options;
}

/// What the sections of providers have in common.
template <class Settings>
Result<models::RemoteServerOptions> ServerOptions(std::string name, const Settings& settings,
                                                  const ModelSettings& all) {
  Status checked = models::CheckProviderUrl(
      settings.url, settings.insecure ? models::PlainHttp::kAnywhere : models::PlainHttp::kLoopbackOnly);
  if (!checked.ok()) return std::move(checked).error().Within(fmt::format("models.{}.url", name));
  models::RemoteServerOptions options = {.name = std::move(name), .url = settings.url};
  if constexpr (requires { settings.api_key; }) options.api_key = settings.api_key;
  options.limits.connect = std::chrono::seconds(settings.connect_secs);
  options.limits.first_byte = std::chrono::seconds(settings.first_byte_secs);
  options.limits.between_bytes = std::chrono::seconds(settings.silence_secs);
  options.limits.max_in_flight = settings.max_in_flight;
  options.limits.max_waiting = all.max_waiting;
  return options;
}

models::PromptPrefix PrefixOf(const ModelSettings& settings) {
  return {.model = settings.embedding, .prefix = settings.embedding_prefix};
}

Result<models::NamedProvider> OpenOllama(const ModelSettings& settings, Log& log) {
  LAKE_ASSIGN_OR_RETURN(models::RemoteServerOptions server,
                        ServerOptions("ollama", settings.ollama, settings));
  const std::string name = server.name;
  return models::NamedProvider{
      name, models::MakeOllama({.server = std::move(server),
                                .context_tokens = settings.ollama.context_tokens,
                                .keep_alive = std::chrono::seconds(settings.ollama.keep_alive_secs),
                                .prompt_prefix = PrefixOf(settings)},
                               log)};
}

Result<models::NamedProvider> OpenOpenAi(const ModelSettings& settings) {
  LAKE_ASSIGN_OR_RETURN(models::RemoteServerOptions server,
                        ServerOptions("openai", settings.openai, settings));
  const std::string name = server.name;
  return models::NamedProvider{name,
                               models::MakeOpenAi({.server = std::move(server),
                                                   .embedding_models = settings.openai.embedding_models,
                                                   .generation_models = settings.openai.generation_models,
                                                   .version = settings.openai.version,
                                                   .prompt_prefix = PrefixOf(settings)})};
}

Result<models::NamedProvider> OpenReranking(const ModelSettings& settings) {
  const RerankSettings& rerank = settings.rerank;
  LAKE_ASSIGN_OR_RETURN(models::RemoteServerOptions server, ServerOptions("rerank", rerank, settings));
  if (rerank.shape != "jina" && rerank.shape != "tei")
    return InvalidArgument("bad_config", "models.rerank.shape '{}' is not jina or tei", rerank.shape);
  if (rerank.model.empty())
    return InvalidArgument("bad_config", "models.rerank.model is missing: it names the model in requests");
  const std::string name = server.name;
  return models::NamedProvider{
      name, models::MakeRerankServer(
                {.server = std::move(server),
                 .shape = rerank.shape == "jina" ? models::RerankShape::kJina : models::RerankShape::kTei,
                 .model = rerank.model,
                 .version = rerank.version})};
}

/// A server that the owner set up to rank comes before files that happen to be here.
std::string RerankingOf(const ModelSettings& settings) {
  if (!settings.reranking.empty() || settings.rerank.url.empty()) return settings.reranking;
  return "rerank/" + settings.rerank.model;
}

}  // namespace

Result<std::unique_ptr<models::Models>> OpenModels(const ModelSettings& settings, Log& log) {
  std::vector<models::NamedProvider> providers;
  providers.push_back(
      {std::string(models::kBuiltInProvider), models::LocalModels::Make(LocalOptions(settings), log)});
  if (!settings.ollama.url.empty()) {
    LAKE_ASSIGN_OR_RETURN(models::NamedProvider ollama, OpenOllama(settings, log));
    providers.push_back(std::move(ollama));
  }
  if (!settings.openai.url.empty()) {
    LAKE_ASSIGN_OR_RETURN(models::NamedProvider openai, OpenOpenAi(settings));
    providers.push_back(std::move(openai));
  }
  if (!settings.rerank.url.empty()) {
    LAKE_ASSIGN_OR_RETURN(models::NamedProvider rerank, OpenReranking(settings));
    providers.push_back(std::move(rerank));
  }
  return models::Models::Make(std::move(providers),
                              {.embedding = settings.embedding,
                               .generation = settings.generation,
                               .reranking = RerankingOf(settings)},
                              log);
}

}  // namespace lake::app
