#include "llama_encoder.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "lake/common/check.h"
#include "llama_handles.h"

namespace lake::models {
namespace {

/// A batch of sequences, each at position 0 and on: of tokens, or of the rows that stand for them.
class Batch {
 public:
  Batch(uint32_t capacity, const LlamaTokenRows* rows)
      : rows_(rows),
        batch_(llama_batch_init(static_cast<int32_t>(capacity),
                                rows == nullptr ? 0 : static_cast<int32_t>(rows->width()), 1)) {}
  ~Batch() { llama_batch_free(batch_); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void Fill(std::span<const TokenizedText* const> texts) {
    batch_.n_tokens = 0;
    for (size_t text = 0; text < texts.size(); ++text)
      for (size_t position = 0; position < texts[text]->tokens.size(); ++position) {
        const auto at = static_cast<size_t>(batch_.n_tokens++);
        Put(*texts[text], position, at);
        batch_.pos[at] = static_cast<llama_pos>(position);
        batch_.n_seq_id[at] = 1;
        batch_.seq_id[at][0] = static_cast<llama_seq_id>(text);
        batch_.logits[at] = 1;
      }
  }
  const llama_batch& get() const { return batch_; }

 private:
  void Put(const TokenizedText& text, size_t position, size_t at) {
    const int32_t token = text.tokens[position];
    if (rows_ == nullptr)
      batch_.token[at] = token;
    else if (position < text.second_from.value_or(text.tokens.size()))
      rows_->WriteFirst(token, batch_.embd + at * rows_->width());
    else
      rows_->WriteSecond(token, batch_.embd + at * rows_->width());
  }

  const LlamaTokenRows* rows_;
  llama_batch batch_;
};

class Encoder final : public LlamaContext {
 public:
  Encoder(ContextOwner context, const EncoderOptions& options)
      : context_(std::move(context)), options_(options), batch_(options.batch_tokens, options.rows) {}

  Result<std::vector<float>> Encode(std::span<const TokenizedText* const> texts) override {
    size_t tokens = 0;
    for (const TokenizedText* text : texts) {
      LAKE_CHECK(!text->tokens.empty());
      tokens += text->tokens.size();
    }
    LAKE_CHECK(texts.size() <= kBatchTexts && tokens <= options_.batch_tokens);  // Else llama.cpp aborts.
    batch_.Fill(texts);
    LAKE_RETURN_IF_ERROR(Run());
    std::vector<float> made;
    made.reserve(texts.size() * options_.outputs);
    for (size_t text = 0; text < texts.size(); ++text) LAKE_RETURN_IF_ERROR(Append(text, &made));
    return made;
  }

 private:
  Status Run() {
    Complaints complaints;
    try {
      // Models that write one token after the other remember earlier ones; ours begin anew with every batch.
      if (llama_memory_t memory = llama_get_memory(context_.get()); memory != nullptr)
        llama_memory_clear(memory, true);
      if (llama_decode(context_.get(), batch_.get()) == 0) return {};
    } catch (const std::exception& error) {
      return Internal("model_failed", "the model failed on these texts").WithCause(error.what());
    }
    return Internal("model_failed", "the model failed on these texts").WithCause(complaints.Take());
  }

  /// What the last batch made of one of its texts.
  Status Append(size_t text, std::vector<float>* made) {
    const float* raw = llama_get_embeddings_seq(context_.get(), static_cast<llama_seq_id>(text));
    if (raw == nullptr) return Internal("model_failed", "the model made nothing of a text");
    double squares = 0;
    for (size_t i = 0; i < options_.outputs; ++i) squares += static_cast<double>(raw[i]) * raw[i];
    const bool unit = options_.task == EncoderTask::kVectors;
    if (!std::isfinite(squares) || (unit && squares == 0))
      return DataLoss("model_damaged", "the model computes numbers that are none");
    const double scale = unit ? 1 / std::sqrt(squares) : 1;
    for (size_t i = 0; i < options_.outputs; ++i) made->push_back(static_cast<float>(raw[i] * scale));
    return {};
  }

  const ContextOwner context_;
  const EncoderOptions options_;
  Batch batch_;
};

}  // namespace

Result<std::unique_ptr<LlamaContext>> MakeLlamaContext(llama_model* model, const EncoderOptions& options) {
  Complaints complaints;
  llama_context_params parameters = llama_context_default_params();
  parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = options.batch_tokens;
  parameters.n_seq_max = kBatchTexts;
  parameters.kv_unified = true;
  parameters.n_threads = parameters.n_threads_batch = 1;
  parameters.embeddings = true;
  parameters.no_perf = true;
  parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
  ContextOwner context(llama_init_from_model(model, parameters));
  if (context == nullptr)
    return ResourceExhausted("model_memory", "there is no memory to run the model")
        .WithCause(complaints.Take());
  if (llama_pooling_type(context.get()) == LLAMA_POOLING_TYPE_NONE)
    return NotUsable("the model makes no vectors of texts", "it has no pooling");
  return std::unique_ptr<LlamaContext>(std::make_unique<Encoder>(std::move(context), options));
}

}  // namespace lake::models
