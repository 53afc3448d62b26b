#include "llama_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <utility>

#include "lake/common/check.h"
#include "llama_handles.h"

namespace lake::models {
namespace {

using SamplerOwner = std::unique_ptr<llama_sampler, Free<llama_sampler_free>>;

// What is likely enough to be chosen by chance, as llama.cpp's own programs have it.
constexpr int32_t kTopTokens = 40;
constexpr float kTopShare = 0.95F;

constexpr uint64_t kWriterBytes = 48u << 20;  // Beside what grows with tokens and words, generously.

SamplerOwner MakeSampler(const WritingOptions& options) {
  SamplerOwner chain(llama_sampler_chain_init(llama_sampler_chain_default_params()));
  if (options.temperature == 0) {
    llama_sampler_chain_add(chain.get(), llama_sampler_init_greedy());
    return chain;
  }
  llama_sampler_chain_add(chain.get(), llama_sampler_init_top_k(kTopTokens));
  llama_sampler_chain_add(chain.get(), llama_sampler_init_top_p(kTopShare, 1));
  llama_sampler_chain_add(chain.get(), llama_sampler_init_temp(static_cast<float>(options.temperature)));
  llama_sampler_chain_add(chain.get(), llama_sampler_init_dist(options.seed.value_or(LLAMA_DEFAULT_SEED)));
  return chain;
}

class Writer final : public LlamaWriter {
 public:
  Writer(ContextOwner context, const llama_vocab* vocabulary, uint32_t tokens)
      : context_(std::move(context)), vocabulary_(vocabulary), tokens_(tokens) {}

  Status Begin(const WritingOptions& options) override {
    llama_memory_clear(llama_get_memory(context_.get()), true);
    sampler_ = MakeSampler(options);
    read_ = 0;
    return {};
  }

  Status Read(std::span<const int32_t> tokens) override {
    LAKE_CHECK(!tokens.empty() && tokens.size() <= kBatchTokens && read_ + tokens.size() <= tokens_);
    std::vector<llama_token> copy(tokens.begin(), tokens.end());
    Complaints complaints;
    try {
      const llama_batch batch = llama_batch_get_one(copy.data(), static_cast<int32_t>(copy.size()));
      if (llama_decode(context_.get(), batch) == 0) {
        read_ += tokens.size();
        return {};
      }
    } catch (const std::exception& error) {
      return Internal("generation_failed", "the model failed on this text").WithCause(error.what());
    }
    return Internal("generation_failed", "the model failed on this text").WithCause(complaints.Take());
  }

  Result<std::optional<int32_t>> Next() override {
    const float* weights = llama_get_logits_ith(context_.get(), -1);
    const std::span all(weights, static_cast<size_t>(llama_vocab_n_tokens(vocabulary_)));
    if (weights == nullptr || !std::ranges::all_of(all, [](float x) { return std::isfinite(x); }))
      return DataLoss("model_damaged", "the model computes numbers that are none");
    const llama_token token = llama_sampler_sample(sampler_.get(), context_.get(), -1);
    if (llama_vocab_is_eog(vocabulary_, token)) return std::optional<int32_t>();
    return std::optional<int32_t>(token);
  }

  std::string Bytes(int32_t token) const override {
    std::string bytes(64, '\0');
    for (;;) {
      const int32_t count = llama_token_to_piece(vocabulary_, token, bytes.data(),
                                                 static_cast<int32_t>(bytes.size()), 0, false);
      bytes.resize(static_cast<size_t>(std::abs(count)));
      if (count >= 0) return bytes;
    }
  }

 private:
  const ContextOwner context_;
  const llama_vocab* vocabulary_;
  const uint32_t tokens_;
  size_t read_ = 0;
  SamplerOwner sampler_;
};

}  // namespace

uint32_t WriterTokens(const ModelHeader& header, uint32_t context_tokens) {
  return std::max<uint32_t>(2, std::min(context_tokens, header.context_tokens));
}

uint64_t WriterBytes(const ModelHeader& header, uint32_t context_tokens) {
  // The weights of all words are computed for up to a batch of tokens.
  return kWriterBytes + WriterTokens(header, context_tokens) * header.token_bytes +
         uint64_t{header.words} * kBatchTokens * sizeof(float);
}

Result<std::unique_ptr<LlamaWriter>> MakeLlamaWriter(llama_model* model, uint32_t tokens) {
  if (llama_model_has_encoder(model) || !llama_model_has_decoder(model))
    return NotUsable("the model does not write one token after the other", "");
  Complaints complaints;
  llama_context_params parameters = llama_context_default_params();
  parameters.n_ctx = tokens;
  parameters.n_batch = parameters.n_ubatch = kBatchTokens;
  parameters.n_seq_max = 1;
  parameters.n_threads = parameters.n_threads_batch = 1;
  parameters.no_perf = true;
  parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_AUTO;
  ContextOwner context(llama_init_from_model(model, parameters));
  if (context == nullptr)
    return ResourceExhausted("model_memory", "there is no memory to run the model")
        .WithCause(complaints.Take());
  if (llama_get_memory(context.get()) == nullptr)
    return NotUsable("the model does not write one token after the other", "it remembers nothing");
  return std::unique_ptr<LlamaWriter>(
      std::make_unique<Writer>(std::move(context), llama_model_get_vocab(model), tokens));
}

}  // namespace lake::models
