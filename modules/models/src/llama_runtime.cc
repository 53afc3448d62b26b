#include "llama_runtime.h"

#include <ggml-cpu.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "lake/common/check.h"
#include "llama_handles.h"
#include "llama_prompt.h"
#include "llama_writer.h"
#include "word_piece.h"

namespace lake::models {

thread_local std::optional<std::string> Complaints::text_;

namespace {

/// The library's own state, once in a process.
void StartLibrary() {
  static const bool started = [] {
    llama_log_set(Complaints::Listen, nullptr);
    llama_backend_init();
    return true;
  }();
  LAKE_CHECK(started);
}

/// The library is compiled for the CPU of the machine that built it; elsewhere it would die of the first
/// instruction that is missing.
Status CheckCpu() {
  const auto lacks = [](int compiled, int present) { return compiled != 0 && present == 0; };
  if (lacks(ggml_cpu_has_avx2(), __builtin_cpu_supports("avx2")) ||
      lacks(ggml_cpu_has_fma(), __builtin_cpu_supports("fma")) ||
      lacks(ggml_cpu_has_bmi2(), __builtin_cpu_supports("bmi2")) ||
      lacks(ggml_cpu_has_avx512(), __builtin_cpu_supports("avx512f")) ||
      lacks(ggml_cpu_has_avx512_vbmi(), __builtin_cpu_supports("avx512vbmi")) ||
      lacks(ggml_cpu_has_avx512_vnni(), __builtin_cpu_supports("avx512vnni")) ||
      lacks(ggml_cpu_has_avx512_bf16(), __builtin_cpu_supports("avx512bf16")))
    return FailedPrecondition(
        "model_not_usable",
        "this program was built for a processor with other instructions; build it on this "
        "machine to run models");
  return {};
}

std::optional<std::string> TextOf(const gguf_context* gguf, const std::string& key) {
  const int64_t id = gguf_find_key(gguf, key.c_str());
  if (id < 0 || gguf_get_kv_type(gguf, id) != GGUF_TYPE_STRING) return std::nullopt;
  return gguf_get_val_str(gguf, id);
}

std::optional<uint32_t> NumberOf(const gguf_context* gguf, const std::string& key) {
  const int64_t id = gguf_find_key(gguf, key.c_str());
  if (id < 0 || gguf_get_kv_type(gguf, id) != GGUF_TYPE_UINT32) return std::nullopt;
  return gguf_get_val_u32(gguf, id);
}

/// Of llama.cpp, which aborts the process when a file says more (or none).
constexpr uint32_t kMostLayers = 512;

/// Tokens in its vocabulary.
uint32_t WordsOf(const gguf_context* gguf) {
  const int64_t id = gguf_find_key(gguf, "tokenizer.ggml.tokens");
  if (id < 0 || gguf_get_kv_type(gguf, id) != GGUF_TYPE_ARRAY) return 0;
  return static_cast<uint32_t>(std::min<size_t>(gguf_get_arr_n(gguf, id), UINT32_MAX));
}

/// Keys and values of one token in all layers, two bytes each. A number that differs by layer is taken as if
/// no heads shared theirs, which is the most.
uint64_t TokenBytes(const gguf_context* gguf, const std::string& architecture, uint32_t layers,
                    uint32_t dimensions) {
  const uint32_t heads = std::max(1u, NumberOf(gguf, architecture + ".attention.head_count").value_or(1));
  const uint32_t kept = NumberOf(gguf, architecture + ".attention.head_count_kv").value_or(heads);
  const uint32_t key = NumberOf(gguf, architecture + ".attention.key_length").value_or(dimensions / heads);
  const uint32_t value =
      NumberOf(gguf, architecture + ".attention.value_length").value_or(dimensions / heads);
  return uint64_t{2} * layers * kept * (uint64_t{key} + value);
}

/// llama.cpp aborts the process when a token is there twice.
bool NamesATokenTwice(const gguf_context* gguf) {
  const int64_t id = gguf_find_key(gguf, "tokenizer.ggml.tokens");
  if (id < 0 || gguf_get_kv_type(gguf, id) != GGUF_TYPE_ARRAY ||
      gguf_get_arr_type(gguf, id) != GGUF_TYPE_STRING)
    return false;
  std::unordered_set<std::string_view> seen;
  for (size_t token = 0; token < gguf_get_arr_n(gguf, id); ++token) {
    const std::string_view text = gguf_get_arr_str(gguf, id, token);
    if (!text.empty() && !seen.insert(text).second) return true;  // Empty ones get names of their own.
  }
  return false;
}

/// A setting of the model's own; absent means yes, as in llama.cpp.
bool Says(const llama_model* model, const char* key) {
  std::array<char, 8> value = {};
  return llama_model_meta_val_str(model, key, value.data(), value.size()) < 0 ||
         std::string_view(value.data()) == "true";
}

std::unique_ptr<TokenText> MakeWordPiece(const llama_model* model, const llama_vocab* vocabulary) {
  std::vector<std::string> tokens;
  for (llama_token id = 0; id < llama_vocab_n_tokens(vocabulary); ++id)
    tokens.emplace_back(llama_vocab_get_text(vocabulary, id));
  std::array<char, 16> unknown = {};
  const bool says =
      llama_model_meta_val_str(model, "tokenizer.ggml.unknown_token_id", unknown.data(), unknown.size()) >= 0;
  const WordPiece::Options options = {
      .special = {.begin = llama_vocab_bos(vocabulary),
                  .end = llama_vocab_sep(vocabulary),
                  .unknown = says ? static_cast<int32_t>(std::strtol(unknown.data(), nullptr, 10)) : 100},
      .accents = Says(model, "tokenizer.ggml.normalizer.strip_accents") ? Accents::kStripped : Accents::kKept,
      .letters = Says(model, "tokenizer.ggml.normalizer.lowercase") ? Letters::kLowered : Letters::kKept};
  return std::make_unique<WordPiece>(tokens, options);
}

/// The tokenizers of other models, as llama.cpp has them.
class LibraryTokenizer final : public TokenText {
 public:
  explicit LibraryTokenizer(const llama_vocab* vocabulary) : vocabulary_(vocabulary), of_nothing_(All({})) {}

  TokenizedText Tokenize(std::string_view text, size_t limit) const override {
    const std::string_view part = Begin(text, limit * kTokenBytes);
    TokenizedText result = {.tokens = All(part)};
    std::vector<int32_t>& tokens = result.tokens;
    result.empty = tokens.size() <= of_nothing_.size();
    result.truncated = tokens.size() > limit || part.size() < text.size();
    if (tokens.size() <= limit) return result;
    const bool has_end = !of_nothing_.empty() && of_nothing_.back() == tokens.back();
    tokens.resize(limit);
    if (has_end) tokens.back() = of_nothing_.back();
    return result;
  }

 private:
  /// So many bytes a token are looked at: what is behind them is cut off in nearly every text.
  static constexpr size_t kTokenBytes = 64;
  static constexpr size_t kSpecialTokens = 8;  // More than any model puts around a text.

  /// The begin of UTF-8, ended between two characters.
  static std::string_view Begin(std::string_view text, size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
    return text.substr(0, bytes);
  }

  std::vector<int32_t> All(std::string_view text) const {
    std::vector<int32_t> tokens(text.size() + kSpecialTokens);
    for (;;) {
      const int32_t count = llama_tokenize(vocabulary_, text.data(), static_cast<int32_t>(text.size()),
                                           tokens.data(), static_cast<int32_t>(tokens.size()), true, false);
      tokens.resize(static_cast<size_t>(std::abs(count)));
      if (count >= 0) return tokens;
    }
  }

  const llama_vocab* vocabulary_;
  const std::vector<int32_t> of_nothing_;  ///< The tokens of an empty text.
};

/// A batch of sequences, each at position 0 and on.
class Batch {
 public:
  Batch() : batch_(llama_batch_init(static_cast<int32_t>(kBatchTokens), 0, 1)) {}
  ~Batch() { llama_batch_free(batch_); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void Fill(std::span<const std::vector<int32_t>* const> texts) {
    batch_.n_tokens = 0;
    for (size_t text = 0; text < texts.size(); ++text)
      for (size_t position = 0; position < texts[text]->size(); ++position) {
        const auto at = static_cast<size_t>(batch_.n_tokens++);
        batch_.token[at] = (*texts[text])[position];
        batch_.pos[at] = static_cast<llama_pos>(position);
        batch_.n_seq_id[at] = 1;
        batch_.seq_id[at][0] = static_cast<llama_seq_id>(text);
        batch_.logits[at] = 1;
      }
  }
  const llama_batch& get() const { return batch_; }

 private:
  llama_batch batch_;
};

class Context final : public LlamaContext {
 public:
  Context(ContextOwner context, uint32_t dimensions)
      : context_(std::move(context)), dimensions_(dimensions) {}

  Result<std::vector<float>> Embed(std::span<const std::vector<int32_t>* const> texts) override {
    size_t tokens = 0;
    for (const std::vector<int32_t>* text : texts) {
      LAKE_CHECK(!text->empty());
      tokens += text->size();
    }
    LAKE_CHECK(texts.size() <= kBatchTexts && tokens <= kBatchTokens);  // Else llama.cpp aborts.
    batch_.Fill(texts);
    LAKE_RETURN_IF_ERROR(Run());
    std::vector<float> vectors;
    vectors.reserve(texts.size() * dimensions_);
    for (size_t text = 0; text < texts.size(); ++text) LAKE_RETURN_IF_ERROR(AppendUnit(text, &vectors));
    return vectors;
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
      return Internal("embedding_failed", "the model failed on these texts").WithCause(error.what());
    }
    return Internal("embedding_failed", "the model failed on these texts").WithCause(complaints.Take());
  }

  Status AppendUnit(size_t text, std::vector<float>* vectors) {
    const float* raw = llama_get_embeddings_seq(context_.get(), static_cast<llama_seq_id>(text));
    if (raw == nullptr) return Internal("embedding_failed", "the model made no vector");
    double squares = 0;
    for (size_t i = 0; i < dimensions_; ++i) squares += static_cast<double>(raw[i]) * raw[i];
    if (!std::isfinite(squares) || squares == 0)
      return DataLoss("model_damaged", "the model computes numbers that are none");
    const double scale = 1 / std::sqrt(squares);
    for (size_t i = 0; i < dimensions_; ++i) vectors->push_back(static_cast<float>(raw[i] * scale));
    return {};
  }

  ContextOwner context_;
  Batch batch_;
  const size_t dimensions_;
};

class Model final : public LlamaModel {
 public:
  explicit Model(ModelOwner model) : model_(std::move(model)) {
    const llama_vocab* vocabulary = llama_model_get_vocab(model_.get());
    if (llama_vocab_type(vocabulary) == LLAMA_VOCAB_TYPE_WPM)
      tokenizer_ = MakeWordPiece(model_.get(), vocabulary);
    else
      tokenizer_ = std::make_unique<LibraryTokenizer>(vocabulary);
  }

  uint32_t dimensions() const override { return static_cast<uint32_t>(llama_model_n_embd_out(model_.get())); }
  uint32_t max_tokens() const override {
    return static_cast<uint32_t>(
        std::clamp(llama_model_n_ctx_train(model_.get()), 2, static_cast<int32_t>(kBatchTokens)));
  }
  const TokenText& tokenizer() const override { return *tokenizer_; }

  Result<std::unique_ptr<LlamaContext>> NewContext() override {
    Complaints complaints;
    llama_context_params parameters = llama_context_default_params();
    parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = kBatchTokens;
    parameters.n_seq_max = kBatchTexts;
    parameters.kv_unified = true;
    parameters.n_threads = parameters.n_threads_batch = 1;
    parameters.embeddings = true;
    parameters.no_perf = true;
    parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_ENABLED;
    ContextOwner context(llama_init_from_model(model_.get(), parameters));
    if (context == nullptr)
      return ResourceExhausted("model_memory", "there is no memory to run the model")
          .WithCause(complaints.Take());
    if (llama_pooling_type(context.get()) == LLAMA_POOLING_TYPE_NONE)
      return NotUsable("the model makes no vectors of texts", "it has no pooling");
    return std::unique_ptr<LlamaContext>(std::make_unique<Context>(std::move(context), dimensions()));
  }

  Result<std::unique_ptr<LlamaWriter>> NewWriter(uint32_t tokens) override {
    return MakeLlamaWriter(model_.get(), tokens);
  }
  Result<WrittenPrompt> Prompt(const GenerationRequest& request) const override {
    return PromptOf(model_.get(), request);
  }

 private:
  ModelOwner model_;
  std::unique_ptr<TokenText> tokenizer_;
};

}  // namespace

Result<ModelHeader> ReadModelHeader(std::FILE* file) {
  StartLibrary();
  Complaints complaints;
  const GgufOwner gguf(gguf_init_from_file_ptr(file, {.no_alloc = true, .ctx = nullptr}));
  if (gguf == nullptr) return NotUsable("the file is no complete GGUF file", complaints.Take());
  const std::optional<std::string> architecture = TextOf(gguf.get(), "general.architecture");
  if (!architecture) return NotUsable("the file does not say the model's architecture", "");
  const std::optional<uint32_t> dimensions = NumberOf(gguf.get(), *architecture + ".embedding_length");
  const std::optional<uint32_t> context = NumberOf(gguf.get(), *architecture + ".context_length");
  if (!dimensions || !context) return NotUsable("the file does not say the model's sizes", *architecture);
  const uint32_t layers = NumberOf(gguf.get(), *architecture + ".block_count").value_or(0);
  if (layers == 0 || layers > kMostLayers)
    return NotUsable("the file does not say how many layers the model has", *architecture);
  if (NamesATokenTwice(gguf.get()))
    return NotUsable("the file's vocabulary has a token twice", *architecture);
  const auto pooling = static_cast<int64_t>(
      NumberOf(gguf.get(), *architecture + ".pooling_type").value_or(LLAMA_POOLING_TYPE_NONE));
  const bool embeds = pooling == LLAMA_POOLING_TYPE_MEAN || pooling == LLAMA_POOLING_TYPE_CLS ||
                      pooling == LLAMA_POOLING_TYPE_LAST;
  const bool encodes = architecture->find("bert") != std::string::npos || architecture->starts_with("t5");
  return ModelHeader{.architecture = *architecture,
                     .dimensions = *dimensions,
                     .max_tokens = std::min(*context, static_cast<uint32_t>(kBatchTokens)),
                     .embeds = embeds,
                     .generates = pooling == LLAMA_POOLING_TYPE_NONE && !encodes,
                     .context_tokens = *context,
                     .words = WordsOf(gguf.get()),
                     .token_bytes = TokenBytes(gguf.get(), *architecture, layers, *dimensions)};
}

Result<std::unique_ptr<LlamaModel>> LlamaModel::Load(std::FILE* file) {
  LAKE_RETURN_IF_ERROR(CheckCpu());
  StartLibrary();
  Complaints complaints;
  llama_model_params parameters = llama_model_default_params();
  parameters.n_gpu_layers = 0;
  // Read, not mapped: a file that is cut short later must not kill the process.
  parameters.load_mode = LLAMA_LOAD_MODE_NONE;
  parameters.check_tensors = true;
  parameters.use_extra_bufts = false;  // Weights stay as they are in the file, so that vectors do.
  ModelOwner model(llama_model_load_from_file_ptr(file, parameters));
  if (model == nullptr) return NotUsable("the file is no model that can be run here", complaints.Take());
  return std::unique_ptr<LlamaModel>(std::make_unique<Model>(std::move(model)));
}

}  // namespace lake::models
