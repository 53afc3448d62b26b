#include <utility>

#include "ollama_models.h"
#include "provider_answer.h"
#include "request_checks.h"

namespace lake::models {
namespace {

enum class LongTexts { kRefused, kCut };

class OllamaEmbedder final : public Embedder {
 public:
  OllamaEmbedder(std::string name, const OllamaParts& parts) : name_(std::move(name)), parts_(parts) {
    const std::string full = parts_.server.FullName(name_);
    if (ShortOllamaName(parts_.prompt_prefix.model) == full) prefix_ = parts_.prompt_prefix.prefix;
  }

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    LAKE_ASSIGN_OR_RETURN(const OllamaCatalog::Model model, Find(context));
    Embeddings made = Begin(model);
    if (made.model.dimension > 0) return made.model;
    const std::vector<std::string> any = {"a"};
    LAKE_RETURN_IF_ERROR(Call(context, model, any, LongTexts::kCut, &made));
    return made.model;
  }

  Result<Embeddings> Embed(const Context& context, std::span<const std::string> texts) override {
    LAKE_RETURN_IF_ERROR(CheckTexts(texts, kMaxTexts, ""));
    LAKE_ASSIGN_OR_RETURN(const OllamaCatalog::Model model, Find(context));
    Embeddings made = Begin(model);
    for (size_t at = 0; at < texts.size();) {
      const size_t count = NextBatch(texts.subspan(at), kCallTexts);
      LAKE_RETURN_IF_ERROR(EmbedBatch(context, model, texts.subspan(at, count), at, &made));
      at += count;
    }
    return made;
  }

 private:
  Result<OllamaCatalog::Model> Find(const Context& context) const {
    LAKE_ASSIGN_OR_RETURN(OllamaCatalog::Model model, parts_.catalog.Find(context, name_));
    if (std::ranges::find(model.tasks, ModelTask::kEmbed) != model.tasks.end()) return model;
    return FailedPrecondition("model_not_usable", "the model '{}' makes no vectors of texts",
                              parts_.server.FullName(name_));
  }

  Embeddings Begin(const OllamaCatalog::Model& model) const {
    return {.model = {.name = parts_.server.FullName(name_),
                      .digest = model.digest,
                      .dimension = model.dimension,
                      .prompt_prefix = prefix_},
            .values = {},
            .truncated = {}};
  }

  /// Ollama cuts long texts without saying which. So it is told to refuse them; then each is asked for alone.
  Status EmbedBatch(const Context& context, const OllamaCatalog::Model& model,
                    std::span<const std::string> texts, size_t first, Embeddings* made) {
    Status all = Call(context, model, texts, LongTexts::kRefused, made);
    if (all.ok() || !all.error().Is("prompt_too_long")) return all;
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::span<const std::string> one = texts.subspan(i, 1);
      Status alone = texts.size() == 1 ? all : Call(context, model, one, LongTexts::kRefused, made);
      if (!alone.ok() && alone.error().Is("prompt_too_long")) {
        made->truncated.push_back(first + i);
        alone = Call(context, model, one, LongTexts::kCut, made);
      }
      LAKE_RETURN_IF_ERROR(std::move(alone));
    }
    return {};
  }

  Status Call(const Context& context, const OllamaCatalog::Model& model, std::span<const std::string> texts,
              LongTexts long_texts, Embeddings* made) {
    JsonValue body = parts_.Body(model);
    JsonValue& input = body.Set("input", JsonValue::MakeArray());
    for (const std::string& text : texts) input.Append(prefix_ + text);
    body.Set("truncate", long_texts == LongTexts::kCut);
    const bool knew_dimension = made->model.dimension > 0;
    LAKE_RETURN_IF_ERROR(parts_.server.Ask(
        context, {.model = name_, .path = "/api/embed", .body = std::move(body)},
        [&](const JsonValue& answer) -> Status {
          const JsonValue* vectors = answer.Find("embeddings");
          if (vectors == nullptr || !vectors->is_array() || vectors->as_array().size() != texts.size())
            return Unavailable("bad_provider_answer", "the provider did not make one vector for each text");
          for (const JsonValue& vector : vectors->as_array())
            LAKE_RETURN_IF_ERROR(AppendVector(vector, &made->model.dimension, &made->values));
          made->tokens += FindCount(answer, "prompt_eval_count");
          return {};
        }));
    if (!knew_dimension) parts_.catalog.RememberDimension(model.digest, made->model.dimension);
    return {};
  }

  const std::string name_;
  const OllamaParts& parts_;
  std::string prefix_;
};

}  // namespace

std::shared_ptr<Embedder> MakeOllamaEmbedder(std::string name, const OllamaParts& parts) {
  return std::make_shared<OllamaEmbedder>(std::move(name), parts);
}

}  // namespace lake::models
