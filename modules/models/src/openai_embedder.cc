#include <utility>

#include "openai_models.h"
#include "provider_answer.h"
#include "request_checks.h"
#include "text_stream.h"

namespace lake::models {
namespace {

Error NotOneVectorEach() {
  return Unavailable("bad_provider_answer", "the provider did not make one vector for each text");
}

class OpenAiEmbedder final : public Embedder {
 public:
  OpenAiEmbedder(std::string name, const OpenAiParts& parts) : name_(std::move(name)), parts_(parts) {
    if (parts_.prompt_prefix.model == parts_.server.FullName(name_)) prefix_ = parts_.prompt_prefix.prefix;
  }

  Result<ModelFingerprint> Fingerprint(const Context& context) override {
    Embeddings made = Begin();
    if (made.model.dimension > 0) return made.model;
    const std::vector<std::string> any = {"a"};
    LAKE_RETURN_IF_ERROR(Call(context, any, &made));
    return made.model;
  }

  Result<Embeddings> Embed(const Context& context, std::span<const std::string> texts) override {
    LAKE_RETURN_IF_ERROR(CheckTexts(texts, kMaxTexts, ""));
    if (texts.empty()) {
      LAKE_ASSIGN_OR_RETURN(ModelFingerprint print, Fingerprint(context));
      return Embeddings{.model = std::move(print), .values = {}, .truncated = {}};
    }
    Embeddings made = Begin();
    for (size_t at = 0; at < texts.size();) {
      const size_t count = NextBatch(texts.subspan(at), kCallTexts);
      Status called = Call(context, texts.subspan(at, count), &made);
      if (!called.ok() && called.error().Is("prompt_too_long"))
        return WhichIsTooLong(context, texts.subspan(at, count), at, std::move(called).error());
      LAKE_RETURN_IF_ERROR(std::move(called));
      at += count;
    }
    return made;
  }

 private:
  Embeddings Begin() const {
    return {.model = {.name = parts_.server.FullName(name_),
                      .digest = DeclaredDigest(parts_.version),
                      .dimension = parts_.DimensionOf(name_),
                      .prompt_prefix = prefix_},
            .values = {},
            .truncated = {}};
  }

  Status Call(const Context& context, std::span<const std::string> texts, Embeddings* made) {
    std::vector<std::string> input;
    for (const std::string& text : texts) input.push_back(prefix_ + text);
    JsonValue body = JsonValue::MakeObject(
        {{"model", name_}, {"input", ToJsonArray(input)}, {"encoding_format", "float"}});
    LAKE_RETURN_IF_ERROR(
        parts_.server.Ask(context, {.model = name_, .path = "/v1/embeddings", .body = std::move(body)},
                          [&](const JsonValue& answer) { return Read(answer, texts.size(), made); }));
    parts_.RememberDimension(name_, made->model.dimension);
    return {};
  }

  /// They may come in any order.
  static Status Read(const JsonValue& answer, size_t count, Embeddings* made) {
    const JsonValue* data = answer.Find("data");
    if (data == nullptr || !data->is_array() || data->as_array().size() != count) return NotOneVectorEach();
    std::vector<const JsonValue*> vectors(count);
    for (const JsonValue& entry : data->as_array()) {
      const uint64_t index = FindCount(entry, "index");
      const JsonValue* vector = entry.Find("embedding");
      if (index >= count || vector == nullptr || vectors[index] != nullptr) return NotOneVectorEach();
      vectors[index] = vector;
    }
    for (const JsonValue* vector : vectors)
      LAKE_RETURN_IF_ERROR(AppendVector(*vector, &made->model.dimension, &made->values));
    if (const JsonValue* usage = answer.Find("usage"); usage != nullptr)
      made->tokens += FindCount(*usage, "prompt_tokens");
    return {};
  }

  /// These servers refuse the whole call; whoever asked wants to know for which text.
  Error WhichIsTooLong(const Context& context, std::span<const std::string> texts, size_t first,
                       Error error) {
    Embeddings ignored = Begin();
    for (size_t i = 0; i < texts.size(); ++i) {
      const Status alone = texts.size() == 1 ? error : Call(context, texts.subspan(i, 1), &ignored);
      if (!alone.ok() && alone.error().Is("prompt_too_long"))
        return std::move(error).WithDetail(fmt::format("/{}", first + i), "expected a shorter text");
    }
    return error;
  }

  const std::string name_;
  const OpenAiParts& parts_;
  std::string prefix_;
};

}  // namespace

std::shared_ptr<Embedder> MakeOpenAiEmbedder(std::string name, const OpenAiParts& parts) {
  return std::make_shared<OpenAiEmbedder>(std::move(name), parts);
}

}  // namespace lake::models
