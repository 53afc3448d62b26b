// Models without a model: vectors made of the words of a text, at once and the same everywhere.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/digest.h"
#include "lake/models/provider.h"

namespace lake::models {

/// A word of a text is one dimension, so texts are the nearer the more words they share. Reads `max_words` of
/// a text.
class FakeEmbedder final : public Embedder {
 public:
  struct Options {
    std::string name = "fake";
    uint32_t dimension = 16;
    size_t max_words = 8;
    /// Called before each call embeds; its error is the call's answer.
    std::function<Status(const Context& context)> before = {};
  };

  explicit FakeEmbedder(Options options) : options_(std::move(options)) {}

  Result<ModelFingerprint> Fingerprint(const Context&) override {
    return ModelFingerprint{
        .name = options_.name, .digest = Sha256Hex(options_.name), .dimension = options_.dimension};
  }

  Result<Embeddings> Embed(const Context& context, std::span<const std::string> texts) override {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    if (options_.before) LAKE_RETURN_IF_ERROR(options_.before(context));
    Embeddings embeddings;
    LAKE_ASSIGN_OR_RETURN(embeddings.model, Fingerprint(context));
    for (size_t text = 0; text < texts.size(); ++text)
      LAKE_RETURN_IF_ERROR(Append(texts[text], text, &embeddings));
    texts_ += texts.size();
    return embeddings;
  }

  uint64_t texts() const { return texts_; }  ///< Embedded so far.

 private:
  Status Append(std::string_view text, size_t position, Embeddings* out) const {
    std::vector<float> vector(options_.dimension);
    size_t words = 0;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find(' ', at), text.size());
      if (end > at && words++ < options_.max_words)
        vector[Hash64(text.substr(at, end - at)) % options_.dimension] += 1;
      at = end + 1;
    }
    if (words == 0)
      return InvalidArgument("empty_text", "text {} has nothing to read", position)
          .WithDetail(fmt::format("/{}", position), "expected a text");
    if (words > options_.max_words) out->truncated.push_back(position);
    out->tokens += std::min(words, options_.max_words);
    float squares = 0;
    for (const float x : vector) squares += x * x;
    for (const float x : vector) out->values.push_back(x / std::sqrt(squares));
    return {};
  }

  const Options options_;
  std::atomic<uint64_t> texts_ = 0;
};

/// One fake model, which is the default too.
class FakeModels final : public Provider {
 public:
  explicit FakeModels(FakeEmbedder::Options options)
      : name_(options.name),
        dimension_(options.dimension),
        embedder_(std::make_shared<FakeEmbedder>(std::move(options))) {}

  std::vector<ModelInfo> List() override {
    return {{.name = name_,
             .provider = "fake",
             .architecture = "words",
             .embeds = true,
             .is_default = true,
             .dimensions = dimension_}};
  }
  Result<std::shared_ptr<Embedder>> FindEmbedder(std::string_view name) override {
    if (!name.empty() && name != name_) return NotFound("model_not_found", "there is no model '{}'", name);
    return std::shared_ptr<Embedder>(embedder_);
  }
  const FakeEmbedder& embedder() const { return *embedder_; }

 private:
  const std::string name_;
  const uint32_t dimension_;
  const std::shared_ptr<FakeEmbedder> embedder_;
};

}  // namespace lake::models
