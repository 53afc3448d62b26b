#include "query_vectors.h"

#include <algorithm>
#include <charconv>
#include <memory>

#include "lake/vector/index_service.h"

namespace lake::tuning {
namespace {

/// So often progress is told and a cancellation seen, whatever the model does.
constexpr size_t kTextsAtOnce = 64;

/// The text that cannot be read, of those in the call.
std::optional<size_t> UnreadableText(const Error& error) {
  if ((!error.Is("empty_text") && !error.Is("bad_text")) || error.details().empty()) return std::nullopt;
  const std::string& pointer = error.details().front().pointer;
  size_t position = 0;
  if (pointer.empty() ||
      std::from_chars(pointer.data() + 1, pointer.data() + pointer.size(), position).ec != std::errc())
    return std::nullopt;
  return position;
}

}  // namespace

Result<std::vector<std::optional<std::vector<float>>>> EmbedQueries(const Context& context,
                                                                    models::Provider& models,
                                                                    const vector::IndexModel& model,
                                                                    std::span<const std::string> texts,
                                                                    const Progress& progress) {
  std::vector<std::optional<std::vector<float>>> vectors(texts.size());
  if (texts.empty()) return vectors;
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Embedder> embedder, models.FindEmbedder(model.name));
  for (size_t first = 0; first < texts.size(); first += kTextsAtOnce) {
    progress(first, texts.size());
    std::vector<size_t> places;
    for (size_t i = first; i < std::min(first + kTextsAtOnce, texts.size()); ++i) places.push_back(i);
    while (!places.empty()) {
      std::vector<std::string> call;
      for (const size_t place : places) call.push_back(texts[place]);
      Result<models::Embeddings> made = embedder->Embed(context, call);
      if (!made.ok()) {
        const std::optional<size_t> unreadable = UnreadableText(made.error());
        if (!unreadable || *unreadable >= places.size()) return std::move(made).error();
        places.erase(places.begin() + static_cast<std::ptrdiff_t>(*unreadable));
        continue;
      }
      LAKE_RETURN_IF_ERROR(vector::CheckModel(model, made->model));
      for (size_t i = 0; i < places.size(); ++i) {
        const std::span<const float> values = made->Vector(i);
        vectors[places[i]].emplace(values.begin(), values.end());
      }
      break;
    }
  }
  progress(texts.size(), texts.size());
  return vectors;
}

}  // namespace lake::tuning
