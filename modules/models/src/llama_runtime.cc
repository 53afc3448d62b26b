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
#include "llama_encoder.h"
#include "llama_handles.h"
#include "llama_prompt.h"
#include "llama_token_rows.h"
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
  std::optional<int32_t> SecondSeparator() const override {
    const llama_token separator = llama_vocab_sep(vocabulary_);
    if (!llama_vocab_get_add_sep(vocabulary_) || separator < 0) return std::nullopt;
    return separator;
  }

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

class Model final : public LlamaModel {
 public:
  Model(ModelOwner model, std::unique_ptr<const LlamaTokenRows> rows, const ModelHeader& header)
      : model_(std::move(model)), rows_(std::move(rows)), header_(header) {
    const llama_vocab* vocabulary = llama_model_get_vocab(model_.get());
    if (llama_vocab_type(vocabulary) == LLAMA_VOCAB_TYPE_WPM)
      tokenizer_ = MakeWordPiece(model_.get(), vocabulary);
    else
      tokenizer_ = std::make_unique<LibraryTokenizer>(vocabulary);
  }

  uint32_t dimensions() const override { return static_cast<uint32_t>(llama_model_n_embd_out(model_.get())); }
  uint32_t outputs() const override { return header_.ranks ? 1 : dimensions(); }
  uint32_t max_tokens() const override { return header_.max_tokens; }
  const TokenText& tokenizer() const override { return *tokenizer_; }

  Result<std::unique_ptr<LlamaContext>> NewContext() override {
    return MakeLlamaContext(model_.get(),
                            {.outputs = outputs(),
                             .batch_tokens = header_.batch_tokens(),
                             .task = header_.ranks ? EncoderTask::kScores : EncoderTask::kVectors,
                             .rows = rows_.get()});
  }

  Result<std::unique_ptr<LlamaWriter>> NewWriter(uint32_t tokens) override {
    return MakeLlamaWriter(model_.get(), tokens);
  }
  Result<WrittenPrompt> Prompt(const GenerationRequest& request) const override {
    return PromptOf(model_.get(), request);
  }

 private:
  ModelOwner model_;
  const std::unique_ptr<const LlamaTokenRows> rows_;  ///< Null where nobody needs them.
  const ModelHeader header_;
  std::unique_ptr<TokenText> tokenizer_;
};

/// Less is no room for two texts.
constexpr uint32_t kLeastPairTokens = 8;

/// How many numbers the last layer of a classifier makes; 0: it has none.
uint64_t ClassesOf(const gguf_context* gguf, uint32_t dimensions) {
  for (const char* name : {"cls.output.weight", "cls.weight"})
    if (const int64_t id = gguf_find_tensor(gguf, name); id >= 0) {
      const ggml_type type = gguf_get_tensor_type(gguf, id);
      if (dimensions == 0 || dimensions % ggml_blck_size(type) != 0) return 0;
      return gguf_get_tensor_size(gguf, id) / ggml_row_size(type, dimensions);
    }
  return 0;
}

/// Every file that says its architecture and sizes.
ModelHeader HeaderOf(const gguf_context* gguf, const std::string& architecture, uint32_t dimensions,
                     uint32_t context) {
  const auto pooling =
      static_cast<int64_t>(NumberOf(gguf, architecture + ".pooling_type").value_or(LLAMA_POOLING_TYPE_NONE));
  const bool encodes = architecture.find("bert") != std::string::npos || architecture.starts_with("t5");
  ModelHeader header = {
      .architecture = architecture,
      .dimensions = dimensions,
      .embeds = pooling == LLAMA_POOLING_TYPE_MEAN || pooling == LLAMA_POOLING_TYPE_CLS ||
                pooling == LLAMA_POOLING_TYPE_LAST,
      // Those that write, too, can be trained to rank; what they read is then a form of each model's own.
      .ranks = pooling == LLAMA_POOLING_TYPE_RANK && encodes && context >= kLeastPairTokens &&
               ClassesOf(gguf, dimensions) == 1,
      .generates = pooling == LLAMA_POOLING_TYPE_NONE && !encodes,
      .context_tokens = context,
      .words = WordsOf(gguf),
      .token_bytes = TokenBytes(gguf, architecture, NumberOf(gguf, architecture + ".block_count").value_or(0),
                                dimensions)};
  header.max_tokens = std::clamp(context, 2u, header.batch_tokens());
  if (header.ranks) header.row_bytes = LlamaTokenRows::Bytes(gguf, dimensions);
  return header;
}

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
  return HeaderOf(gguf.get(), *architecture, *dimensions, *context);
}

Result<std::unique_ptr<LlamaModel>> LlamaModel::Load(std::FILE* file, const ModelHeader& header) {
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
  std::unique_ptr<const LlamaTokenRows> rows;
  if (header.row_bytes > 0) {
    if (std::fseek(file, 0, SEEK_SET) != 0) return NotUsable("the file cannot be read again", "");
    LAKE_ASSIGN_OR_RETURN(rows, LlamaTokenRows::Read(file, header.dimensions));
  }
  auto loaded = std::make_unique<Model>(std::move(model), std::move(rows), header);
  if (header.ranks && loaded->tokenizer().Tokenize("", 2).tokens.size() != 2)
    return NotUsable("the model's vocabulary does not say how texts begin and end", header.architecture);
  return std::unique_ptr<LlamaModel>(std::move(loaded));
}

}  // namespace lake::models
