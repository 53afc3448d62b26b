#include "llama_token_rows.h"

#include <cstring>
#include <optional>
#include <string_view>

#include "llama_handles.h"

namespace lake::models {
namespace {

/// A tensor of rows that can be read one by one.
struct Rows {
  ggml_type type = GGML_TYPE_F32;
  size_t row_bytes = 0;
  size_t bytes = 0;
  size_t offset = 0;  ///< In the file.

  size_t count() const { return bytes / row_bytes; }
};

std::optional<Rows> FindRows(const gguf_context* gguf, const char* name, uint32_t width) {
  const int64_t id = gguf_find_tensor(gguf, name);
  if (id < 0) return std::nullopt;
  const ggml_type type = gguf_get_tensor_type(gguf, id);
  const bool readable = type == GGML_TYPE_F32 || ggml_get_type_traits(type)->to_float != nullptr;
  if (!readable || width == 0 || width % ggml_blck_size(type) != 0) return std::nullopt;
  return Rows{.type = type,
              .row_bytes = ggml_row_size(type, width),
              .bytes = gguf_get_tensor_size(gguf, id),
              .offset = gguf_get_data_offset(gguf) + gguf_get_tensor_offset(gguf, id)};
}

struct Tables {
  Rows tokens;
  Rows texts;
};

std::optional<Tables> FindTables(const gguf_context* gguf, uint32_t width) {
  // The models of other tokenizers were trained on texts of one kind, also where their tables have more rows.
  const int64_t tokenizer = gguf_find_key(gguf, "tokenizer.ggml.model");
  if (tokenizer < 0 || gguf_get_kv_type(gguf, tokenizer) != GGUF_TYPE_STRING ||
      std::string_view(gguf_get_val_str(gguf, tokenizer)) != "bert")
    return std::nullopt;
  const std::optional<Rows> tokens = FindRows(gguf, "token_embd.weight", width);
  const std::optional<Rows> texts = FindRows(gguf, "token_types.weight", width);
  if (!tokens || !texts || texts->count() < 2) return std::nullopt;
  return Tables{.tokens = *tokens, .texts = *texts};
}

Result<std::vector<char>> ReadRows(std::FILE* file, const Rows& rows) {
  std::vector<char> bytes(rows.bytes);
  if (std::fseek(file, static_cast<long>(rows.offset), SEEK_SET) != 0 ||
      std::fread(bytes.data(), 1, bytes.size(), file) != bytes.size())
    return NotUsable("the file is no complete GGUF file", "its vectors of tokens are cut off");
  return bytes;
}

void ToFloats(ggml_type type, const char* from, uint32_t count, float* to) {
  if (type == GGML_TYPE_F32)
    std::memcpy(to, from, count * sizeof(float));
  else
    ggml_get_type_traits(type)->to_float(from, to, count);
}

}  // namespace

uint64_t LlamaTokenRows::Bytes(const gguf_context* gguf, uint32_t width) {
  const std::optional<Tables> tables = FindTables(gguf, width);
  return tables ? tables->tokens.bytes : 0;
}

Result<std::unique_ptr<const LlamaTokenRows>> LlamaTokenRows::Read(std::FILE* file, uint32_t width) {
  Complaints complaints;
  const GgufOwner gguf(gguf_init_from_file_ptr(file, {.no_alloc = true, .ctx = nullptr}));
  if (gguf == nullptr) return NotUsable("the file is no complete GGUF file", complaints.Take());
  const std::optional<Tables> tables = FindTables(gguf.get(), width);
  if (!tables) return std::unique_ptr<const LlamaTokenRows>();
  LAKE_ASSIGN_OR_RETURN(std::vector<char> tokens, ReadRows(file, tables->tokens));
  LAKE_ASSIGN_OR_RETURN(const std::vector<char> texts, ReadRows(file, tables->texts));
  std::vector<float> first(width);
  std::vector<float> second(width);
  ToFloats(tables->texts.type, texts.data(), width, first.data());
  ToFloats(tables->texts.type, texts.data() + tables->texts.row_bytes, width, second.data());
  for (size_t i = 0; i < width; ++i) second[i] -= first[i];
  return std::unique_ptr<const LlamaTokenRows>(
      new LlamaTokenRows(tables->tokens.type, std::move(tokens), std::move(second)));
}

void LlamaTokenRows::WriteFirst(int32_t token, float* row) const {
  const size_t bytes = ggml_row_size(type_, width());
  ToFloats(type_, table_.data() + static_cast<size_t>(token) * bytes, width(), row);
}

void LlamaTokenRows::WriteSecond(int32_t token, float* row) const {
  WriteFirst(token, row);
  for (size_t i = 0; i < second_.size(); ++i) row[i] += second_[i];
}

}  // namespace lake::models
