#include "local_embedder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "encoding_work.h"
#include "lake/common/utf8.h"

namespace lake::models {
namespace {

std::string PositionPointer(size_t text) { return fmt::format("/{}", text); }

Status CheckUtf8(const std::string& text, size_t position) {
  if (IsUtf8(text)) return {};
  return InvalidArgument("bad_text", "text {} is not UTF-8", position)
      .WithDetail(PositionPointer(position), "expected UTF-8");
}

Status CheckCount(std::span<const std::string> texts) {
  if (texts.size() <= kMaxTexts) return {};
  return InvalidArgument("too_many_texts", "at most {} texts can be read at once", kMaxTexts);
}

/// All tokens of a text, however many the model reads. A byte is at most two (decomposed characters).
uint32_t Count(const TokenText& tokenizer, const std::string& text) {
  constexpr size_t kAround = 16;
  return static_cast<uint32_t>(tokenizer.Tokenize(text, 2 * text.size() + kAround).tokens.size());
}

}  // namespace

Result<ModelFingerprint> LocalEmbedder::Fingerprint(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  return model->fingerprint();
}

Result<Embeddings> LocalEmbedder::Embed(const Context& context, std::span<const std::string> texts) {
  LAKE_RETURN_IF_ERROR(CheckCount(texts));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  Embeddings embeddings = {.model = model->fingerprint(), .values = {}, .truncated = {}};
  if (texts.empty()) return embeddings;
  LAKE_ASSIGN_OR_RETURN(std::vector<TokenizedText> read, Read(*model, texts));
  for (size_t text = 0; text < read.size(); ++text) {
    embeddings.tokens += read[text].tokens.size();
    if (read[text].truncated) embeddings.truncated.push_back(text);
  }
  const auto work = std::make_shared<EncodingWork>(context, model, std::move(read));
  LAKE_RETURN_IF_ERROR(model_->parts().queue.Add(work));
  LAKE_ASSIGN_OR_RETURN(embeddings.values, work->Wait());
  return embeddings;
}

Result<TokenCounts> LocalEmbedder::CountTokens(const Context& context, std::span<const std::string> texts) {
  LAKE_RETURN_IF_ERROR(context.CheckAlive());
  LAKE_RETURN_IF_ERROR(CheckCount(texts));
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<RunningModel> model, model_->Use(context));
  const std::string& prefix = model_->source().prompt_prefix;
  const uint32_t around = Count(model->tokenizer(), prefix);
  TokenCounts counts = {.tokens = {}, .most = model->max_tokens() - std::min(around, model->max_tokens())};
  for (size_t text = 0; text < texts.size(); ++text) {
    LAKE_RETURN_IF_ERROR(CheckUtf8(texts[text], text));
    const uint32_t all = Count(model->tokenizer(), prefix + texts[text]);
    counts.tokens.push_back(all - std::min(around, all));
  }
  return counts;
}

Result<std::vector<TokenizedText>> LocalEmbedder::Read(const RunningModel& model,
                                                       std::span<const std::string> texts) const {
  std::vector<TokenizedText> read;
  read.reserve(texts.size());
  for (size_t text = 0; text < texts.size(); ++text) {
    LAKE_RETURN_IF_ERROR(CheckUtf8(texts[text], text));
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
