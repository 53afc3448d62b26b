#include "ollama_catalog.h"

#include <algorithm>
#include <utility>

#include "lake/common/fold.h"
#include "lake/common/suggest.h"
#include "provider_answer.h"

namespace lake::models {
namespace {

constexpr std::string_view kLatest = ":latest";
constexpr size_t kMaxOllamaNameBytes = 200;
constexpr size_t kMaxOllamaModels = 1000;  // Looked at of one list.

bool NamesCloud(std::string_view name) {
  const std::string folded = Fold(name);
  return folded.ends_with("-cloud") || folded.ends_with(":cloud");
}

Error CloudModel(std::string_view name) {
  return FailedPrecondition(
      "cloud_model_refused",
      "the model '{}' runs on machines of Ollama's makers, and texts do not leave this one", name);
}

bool Has(const JsonValue& capabilities, std::string_view wanted) {
  return std::ranges::any_of(capabilities.as_array(), [&](const JsonValue& capability) {
    return capability.is_string() && capability.as_string() == wanted;
  });
}

/// "<architecture>.<key>" of model_info.
uint32_t SizeIn(const JsonValue& info, const std::string& architecture, std::string_view key) {
  return static_cast<uint32_t>(
      std::min<uint64_t>(FindCount(info, fmt::format("{}.{}", architecture, key)), UINT32_MAX));
}

}  // namespace

std::string ShortOllamaName(std::string_view name) {
  if (name.ends_with(kLatest)) name.remove_suffix(kLatest.size());
  return std::string(name);
}

Status CheckOllamaName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == ':' || c == '/';
  };
  if (name.empty() || name.size() > kMaxOllamaNameBytes || !std::ranges::all_of(name, allowed))
    return NotFound("model_not_found", "Ollama has no models with names like that");
  if (NamesCloud(name)) return CloudModel(name);
  return {};
}

Result<OllamaCatalog::Models> OllamaCatalog::ReadTags(const Context& context) {
  Models tags;
  LAKE_RETURN_IF_ERROR(server_.Ask(
      context, {.model = "", .path = "/api/tags", .patience = RemoteCall::Patience::kLook},
      [&](const JsonValue& answer) -> Status {
        const JsonValue* models = answer.Find("models");
        if (models == nullptr || !models->is_array())
          return Unavailable("bad_provider_answer", "the provider's list of models is none");
        for (const JsonValue& model : models->as_array()) {
          const std::string name = ShortOllamaName(model.FindString("name"));
          if (name.empty() || tags.size() == kMaxOllamaModels) continue;
          const JsonValue* details = model.Find("details");
          tags[name] = {.name = name,
                        .digest = std::string(model.FindString("digest")),
                        .size_bytes = FindCount(model, "size"),
                        .architecture = std::string(details ? details->FindString("family") : ""),
                        .tasks = {},
                        .is_remote = NamesCloud(name) || !model.FindString("remote_host").empty() ||
                                     !model.FindString("remote_model").empty()};
        }
        return {};
      }));
  MutexLock lock(mutex_);
  tags_ = tags;
  read_at_ = Steady::now();
  return tags;
}

Result<OllamaCatalog::Models> OllamaCatalog::FreshTags(const Context& context) {
  {
    MutexLock lock(mutex_);
    if (read_at_ && Steady::now() - *read_at_ < kFresh) return tags_;
  }
  return ReadTags(context);
}

Result<OllamaCatalog::Model> OllamaCatalog::Find(const Context& context, const std::string& name) {
  LAKE_ASSIGN_OR_RETURN(Models tags, FreshTags(context));
  if (!tags.contains(name)) {  // Perhaps it was pulled just now.
    LAKE_ASSIGN_OR_RETURN(tags, ReadTags(context));
  }
  const auto found = tags.find(name);
  if (found == tags.end()) {
    std::vector<std::string_view> names;
    for (const auto& [known, model] : tags) names.push_back(known);
    const std::string_view near = Suggest(name, names);
    return NotFound("model_not_found", "the provider '{}' has no model '{}'{}", server_.name(), name,
                    near.empty() ? "" : fmt::format("; did you mean '{}'?", server_.FullName(near)));
  }
  if (found->second.is_remote) return CloudModel(name);
  LAKE_RETURN_IF_ERROR(AddDetails(context, &found->second));
  return std::move(found->second);
}

Result<std::vector<OllamaCatalog::Model>> OllamaCatalog::All(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(Models tags, ReadTags(context));
  std::vector<Model> all;
  for (auto& [name, model] : tags) {
    if (!model.is_remote) LAKE_RETURN_IF_ERROR(AddDetails(context, &model));
    all.push_back(std::move(model));
  }
  return all;
}

Status OllamaCatalog::AddDetails(const Context& context, Model* model) {
  const auto take = [model](const Model& known) {
    model->architecture = known.architecture;
    model->tasks = known.tasks;
    model->thinks = known.thinks;
    model->context_tokens = known.context_tokens;
    model->dimension = known.dimension;
    model->is_remote = known.is_remote;
  };
  {
    MutexLock lock(mutex_);
    if (const auto found = details_.find(model->digest); found != details_.end())
      return take(found->second), Status();
  }
  Model read = *model;
  const JsonValue asked = JsonValue::MakeObject({{"model", model->name}});
  LAKE_RETURN_IF_ERROR(server_.Ask(
      context, {.model = "", .path = "/api/show", .body = asked, .patience = RemoteCall::Patience::kLook},
      [&](const JsonValue& answer) -> Status {
        const JsonValue* info = answer.Find("model_info");
        const JsonValue* capabilities = answer.Find("capabilities");
        if (info != nullptr && !info->FindString("general.architecture").empty())
          read.architecture = info->FindString("general.architecture");
        if (info != nullptr) read.context_tokens = SizeIn(*info, read.architecture, "context_length");
        read.is_remote |=
            !answer.FindString("remote_host").empty() || !answer.FindString("remote_model").empty();
        if (capabilities == nullptr || !capabilities->is_array()) {  // Of the time before there were any.
          const bool embeds = read.architecture.find("bert") != std::string::npos;
          read.tasks = {embeds ? ModelTask::kEmbed : ModelTask::kGenerate};
          return {};
        }
        if (Has(*capabilities, "embedding")) read.tasks.push_back(ModelTask::kEmbed);
        if (Has(*capabilities, "completion")) read.tasks.push_back(ModelTask::kGenerate);
        read.thinks = Has(*capabilities, "thinking");
        return {};
      }));
  take(read);
  MutexLock lock(mutex_);
  if (details_.size() >= kMaxOllamaModels) details_.clear();
  details_[model->digest] = std::move(read);
  return {};
}

void OllamaCatalog::RememberDimension(const std::string& digest, uint32_t dimension) {
  MutexLock lock(mutex_);
  if (const auto found = details_.find(digest); found != details_.end()) found->second.dimension = dimension;
}

}  // namespace lake::models
