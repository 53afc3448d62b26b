#include "local_embedder.h"

#include <fmt/format.h>

#include <utility>

#include "embedding_work.h"
#include "lake/common/utf8.h"

namespace lake::models {
namespace {

std::string PositionPointer(size_t text) { return fmt::format("/{}", text); }

}  // namespace

Result<ModelFingerprint> LocalEmbedder::Fingerprint(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  return model->fingerprint();
}

Result<Embeddings> LocalEmbedder::Embed(const Context& context, std::span<const std::string> texts) {
  if (texts.size() > kMaxTexts)
    return InvalidArgument("too_many_texts", "at most {} texts can be embedded at once", kMaxTexts);
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  Embeddings embeddings = {.model = model->fingerprint(), .values = {}, .truncated = {}};
  if (texts.empty()) return embeddings;
  LAKE_ASSIGN_OR_RETURN(std::vector<TokenizedText> read, Read(*model, texts));
  for (size_t text = 0; text < read.size(); ++text) {
    embeddings.tokens += read[text].tokens.size();
    if (read[text].truncated) embeddings.truncated.push_back(text);
  }
  const auto work = std::make_shared<EmbeddingWork>(context, model, std::move(read));
  LAKE_RETURN_IF_ERROR(model_->parts().queue.Add(work));
  LAKE_ASSIGN_OR_RETURN(embeddings.values, work->Wait());
  return embeddings;
}

Result<std::vector<TokenizedText>> LocalEmbedder::Read(const RunningModel& model,
                                                       std::span<const std::string> texts) const {
  std::vector<TokenizedText> read;
  read.reserve(texts.size());
  for (size_t text = 0; text < texts.size(); ++text) {
    if (!IsUtf8(texts[text]))
      return InvalidArgument("bad_text", "text {} is not UTF-8", text)
          .WithDetail(PositionPointer(text), "expected UTF-8");
    const TokenText& tokenizer = model.tokenizer();
    TokenizedText tokens = tokenizer.Tokenize(texts[text], model.max_tokens());
    if (tokens.empty)
      return InvalidArgument("empty_text", "text {} has nothing to read", text)
          .WithDetail(PositionPointer(text), "expected a text with at least one letter, digit or sign");
    if (!model_->source().prompt_prefix.empty())
      tokens = tokenizer.Tokenize(model_->source().prompt_prefix + texts[text], model.max_tokens());
    read.push_back(std::move(tokens));
  }
  return read;
}

}  // namespace lake::models
