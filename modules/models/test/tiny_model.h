// A model of a few kilobytes with weights by chance: two layers that write one token after the other, tokens
// of SentencePiece. It embeds (a text's vector is that of its last token) or it writes. So it has all that
// the built-in model has not.
#pragma once

#include <ggml.h>
#include <gguf.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "lake/common/seeded_numbers.h"

namespace lake::models {

inline constexpr uint32_t kTinyWidth = 32;

inline constexpr int32_t kTinyBegins = 264;  ///< <|im_start|>
inline constexpr int32_t kTinyEnds = 265;    ///< <|im_end|>

class TinyModel {
 public:
  enum class Kind {
    kEmbeds,
    kWrites,  ///< And knows no conversations.
    kChats,
  };

  static void Write(const std::filesystem::path& path) { Write(path, Kind::kEmbeds); }
  static void Write(const std::filesystem::path& path, Kind kind) {
    TinyModel model(kind);
    model.AddSizes();
    model.AddVocabulary();
    model.AddWeights();
    gguf_write_to_file(model.file_, path.c_str(), false);
  }

 private:
  static constexpr uint32_t kLayers = 2, kHeads = 4, kInner = 64, kPoolLast = 3;

  explicit TinyModel(Kind kind)
      : kind_(kind), file_(gguf_init_empty()), tensors_(ggml_init({.mem_size = 16u << 20})) {}
  ~TinyModel() {
    ggml_free(tensors_);
    gguf_free(file_);
  }
  TinyModel(const TinyModel&) = delete;

  void AddSizes() {
    gguf_set_val_str(file_, "general.architecture", "llama");
    gguf_set_val_u32(file_, "llama.context_length", kind_ == Kind::kEmbeds ? 64 : 1024);
    gguf_set_val_u32(file_, "llama.embedding_length", kTinyWidth);
    gguf_set_val_u32(file_, "llama.block_count", kLayers);
    gguf_set_val_u32(file_, "llama.feed_forward_length", kInner);
    gguf_set_val_u32(file_, "llama.attention.head_count", kHeads);
    gguf_set_val_f32(file_, "llama.attention.layer_norm_rms_epsilon", 1e-5F);
    gguf_set_val_u32(file_, "llama.rope.dimension_count", kTinyWidth / kHeads);
    if (kind_ == Kind::kEmbeds) gguf_set_val_u32(file_, "llama.pooling_type", kPoolLast);
    if (kind_ == Kind::kChats)
      gguf_set_val_str(file_, "tokenizer.chat_template",
                       "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
                       "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}");
  }

  void AddVocabulary() {
    constexpr int32_t kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6;
    std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
    std::vector<int32_t> kinds = {kUnknown, kControl, kControl};
    for (int byte = 0; byte < 256; ++byte) {
      std::array<char, 8> text;
      std::snprintf(text.data(), text.size(), "<0x%02X>", byte);
      tokens.emplace_back(text.data());
      kinds.push_back(kByte);
    }
    for (const char* token : {"\xE2\x96\x81", "a", "b", "c", "d"}) {
      tokens.emplace_back(token);
      kinds.push_back(kNormal);
    }
    for (const char* token : {"<|im_start|>", "<|im_end|>"}) {
      tokens.emplace_back(token);
      kinds.push_back(kControl);
    }
    std::vector<const char*> texts;
    for (const std::string& token : tokens) texts.push_back(token.c_str());
    const std::vector<float> scores(tokens.size(), 0);
    gguf_set_val_str(file_, "tokenizer.ggml.model", "llama");
    gguf_set_arr_str(file_, "tokenizer.ggml.tokens", texts.data(), texts.size());
    gguf_set_arr_data(file_, "tokenizer.ggml.scores", GGUF_TYPE_FLOAT32, scores.data(), scores.size());
    gguf_set_arr_data(file_, "tokenizer.ggml.token_type", GGUF_TYPE_INT32, kinds.data(), kinds.size());
    gguf_set_val_u32(file_, "tokenizer.ggml.bos_token_id", 1);
    gguf_set_val_u32(file_, "tokenizer.ggml.eos_token_id", 2);
    gguf_set_val_u32(file_, "tokenizer.ggml.unknown_token_id", 0);
    words_ = static_cast<int64_t>(tokens.size());
  }

  void AddWeights() {
    Add("token_embd.weight", kTinyWidth, words_);
    Add("output_norm.weight", kTinyWidth, 1);
    Add("output.weight", kTinyWidth, words_);
    for (uint32_t layer = 0; layer < kLayers; ++layer) {
      const std::string block = "blk." + std::to_string(layer) + ".";
      for (const char* norm : {"attn_norm", "ffn_norm"}) Add(block + norm + ".weight", kTinyWidth, 1);
      for (const char* matrix : {"attn_q", "attn_k", "attn_v", "attn_output"})
        Add(block + matrix + ".weight", kTinyWidth, kTinyWidth);
      for (const char* matrix : {"ffn_gate", "ffn_up"}) Add(block + matrix + ".weight", kTinyWidth, kInner);
      Add(block + "ffn_down.weight", kInner, kTinyWidth);
    }
  }

  void Add(const std::string& name, int64_t columns, int64_t rows) {
    ggml_tensor* tensor = rows == 1 ? ggml_new_tensor_1d(tensors_, GGML_TYPE_F32, columns)
                                    : ggml_new_tensor_2d(tensors_, GGML_TYPE_F32, columns, rows);
    ggml_set_name(tensor, name.c_str());
    auto* values = static_cast<float*>(tensor->data);
    for (int64_t i = 0; i < columns * rows; ++i)
      values[i] = rows == 1 ? 1.0F : static_cast<float>(numbers_.Uniform() - 0.5);
    gguf_add_tensor(file_, tensor);
  }

  const Kind kind_;
  gguf_context* file_;
  ggml_context* tensors_;
  int64_t words_ = 0;
  SeededNumbers numbers_{7};
};

}  // namespace lake::models
