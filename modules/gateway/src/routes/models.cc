#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "elapsed.h"
#include "lake/common/json_pointer.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/model.h"
#include "lake/models/provider.h"
#include "model_error.h"

namespace lake::gateway {
namespace {

using access::Request;
using Clock = std::chrono::steady_clock;
using models::Provider;

/// The double whose shortest decimal is that of the float: 0.1f becomes 0.1, not 0.10000000149011612.
double ShortDouble(float value) {
  std::array<char, 32> text;  // The shortest form of any float has at most 16 characters.
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  double read = 0;
  std::from_chars(text.data(), written.ptr, read);
  return read;
}

/// The embedder speaks of the texts, the client of its document.
Error AtTexts(const Error& error) {
  Error placed(error.code(), error.reason(), error.message());
  for (const ErrorDetail& detail : error.details())
    placed.AddDetail(PrependPointer("texts", detail.pointer), detail.message);
  return std::move(placed).WithCause(error.internal_cause());
}

Result<wire::EmbeddedTexts> Embed(Provider& models, const Request& request, const wire::EmbedTexts& wanted) {
  const Clock::time_point started = Clock::now();
  Result<std::shared_ptr<models::Embedder>> embedder = models.FindEmbedder(wanted.model.value_or(""));
  if (!embedder.ok()) return AtModel(std::move(embedder).error(), wanted.model);
  Result<models::Embeddings> made = (*embedder)->Embed(request.context, wanted.texts);
  if (!made.ok()) return AtTexts(made.error());
  wire::EmbeddedTexts answer = {.model = made->model.name,
                                .model_version = made->model.digest,
                                .dimensions = made->model.dimension,
                                .embeddings = {},
                                .truncated = {made->truncated.begin(), made->truncated.end()},
                                .tokens = made->tokens};
  answer.embeddings.reserve(wanted.texts.size());
  for (size_t text = 0; text < wanted.texts.size(); ++text) {
    std::vector<double>& vector = answer.embeddings.emplace_back();
    vector.reserve(made->model.dimension);
    for (const float value : made->Vector(text)) vector.push_back(ShortDouble(value));
  }
  answer.elapsed_ms = MillisSince(started);
  return answer;
}

template <class T>
std::optional<T> UnlessEmpty(T value) {
  if (value == T()) return std::nullopt;
  return value;
}

wire::ModelTask ToWire(models::ModelTask task) {
  switch (task) {
    case models::ModelTask::kEmbed:
      return wire::ModelTask::kEmbed;
    case models::ModelTask::kGenerate:
      return wire::ModelTask::kGenerate;
    case models::ModelTask::kRerank:
      return wire::ModelTask::kRerank;
  }
  return wire::ModelTask::kEmbed;  // Not reached: the switch is exhaustive.
}

wire::Model ToWire(models::ModelInfo info) {
  wire::Model model = {.name = std::move(info.name),
                       .provider = std::move(info.provider),
                       .tasks = {},
                       .default_for = {},
                       .loaded = info.loaded,
                       .model_version = std::move(info.digest),
                       .architecture = UnlessEmpty(std::move(info.architecture)),
                       .dimensions = UnlessEmpty(info.dimensions),
                       .max_tokens = UnlessEmpty(info.max_tokens),
                       .size_bytes = UnlessEmpty(info.size_bytes),
                       .problem = std::move(info.problem)};
  for (const models::ModelTask task : info.tasks) model.tasks.push_back(ToWire(task));
  for (const models::ModelTask task : info.default_for) model.default_for.push_back(ToWire(task));
  return model;
}

Result<wire::ModelPage> ListModels(Provider& models, const Request& request, const wire::ListRequest& list) {
  LAKE_ASSIGN_OR_RETURN(const std::string after, wire::ReadPageToken("models", list.page_token));
  models::ModelList all = models.List(request.context);
  wire::ModelPage page;
  for (models::ProviderState& provider : all.providers)
    page.providers.push_back({.name = std::move(provider.name), .problem = std::move(provider.problem)});
  for (models::ModelInfo& info : all.models) {
    if (info.name <= after) continue;
    if (page.items.size() == list.limit) {
      page.next_page_token = wire::MakePageToken("models", page.items.back().name);
      break;
    }
    page.items.push_back(ToWire(std::move(info)));
  }
  return page;
}

}  // namespace

void AddModelRoutes(Api& api, Provider& models) {
  api.Add<wire::EmbedTexts, wire::EmbeddedTexts>(
      {Method::kPost, "/ai/embed", "Turn texts into vectors whose angles say how near their meanings are.",
       Permission::kRead},
      [&models](const Request& request, const wire::EmbedTexts& wanted) {
        return Embed(models, request, wanted);
      });
  api.Add<wire::ListRequest, wire::ModelPage>(
      {Method::kGet, "/ai/models", "List the models, by name.", Permission::kRead},
      [&models](const Request& request, const wire::ListRequest& list) {
        return ListModels(models, request, list);
      });
}

}  // namespace lake::gateway
