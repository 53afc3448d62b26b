// A reranker made of the built-in model: its layers, with a vector for second texts and a head by formula,
// those of data/reference.py. Nobody trained it to rank, but it is as large as those that were.
#pragma once

#include <ggml.h>
#include <gguf.h>

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

#include "lake/common/check.h"

namespace lake::models {

class PairModel {
 public:
  /// `classes`: how many numbers the head makes; a reranker's makes one.
  static void Write(const std::filesystem::path& embedder, const std::filesystem::path& path,
                    int64_t classes) {
    PairModel model(embedder);
    model.AddLayers();
    model.AddHead(classes);
    gguf_write_to_file(model.made_, path.c_str(), false);
  }

 private:
  static constexpr int64_t kWidth = 384;
  static constexpr uint32_t kPoolingRank = 4;

  explicit PairModel(const std::filesystem::path& embedder)
      : made_(gguf_init_empty()), tensors_(ggml_init({.mem_size = 128u << 20})) {
    source_ = gguf_init_from_file(embedder.c_str(), {.no_alloc = false, .ctx = &layers_});
    LAKE_CHECK(source_ != nullptr);
    gguf_set_kv(made_, source_);
    gguf_set_val_u32(made_, "bert.pooling_type", kPoolingRank);
  }
  ~PairModel() {
    ggml_free(tensors_);
    ggml_free(layers_);
    gguf_free(made_);
    gguf_free(source_);
  }
  PairModel(const PairModel&) = delete;

  /// Matrices become float32, so that they are not multiplied in the short numbers of the file; the table of
  /// tokens stays as it is.
  void AddLayers() {
    for (int64_t id = 0; id < gguf_get_n_tensors(source_); ++id) {
      ggml_tensor* tensor = ggml_get_tensor(layers_, gguf_get_tensor_name(source_, id));
      const std::string_view name = ggml_get_name(tensor);
      if (name == "token_types.weight") FillSecondText(tensor);
      if (tensor->type == GGML_TYPE_BF16 && name != "token_embd.weight") tensor = InFloats(tensor);
      gguf_add_tensor(made_, tensor);
    }
  }

  ggml_tensor* InFloats(const ggml_tensor* tensor) {
    ggml_tensor* floats = ggml_new_tensor(tensors_, GGML_TYPE_F32, 2, tensor->ne);
    ggml_set_name(floats, ggml_get_name(tensor));
    ggml_get_type_traits(tensor->type)
        ->to_float(tensor->data, static_cast<float*>(floats->data), ggml_nelements(tensor));
    return floats;
  }

  static void FillSecondText(ggml_tensor* tensor) {
    LAKE_CHECK(tensor->type == GGML_TYPE_F32 && tensor->ne[0] == kWidth && tensor->ne[1] == 2);
    auto* second = static_cast<float*>(tensor->data) + kWidth;
    for (int64_t i = 0; i < kWidth; ++i) second[i] = static_cast<float>(0.2 * std::sin(5.0 * double(i)));
  }

  void AddHead(int64_t classes) {
    Add("cls.weight", kWidth, kWidth, [](double i) { return std::sin(1 + i); });
    Add("cls.bias", kWidth, 1, [](double i) { return std::cos(i); });
    Add("cls.output.weight", kWidth, classes, [](double i) { return std::sin(3 * i); });
    Add("cls.output.bias", classes, 1, [](double) { return 0.25; });
    if (classes == 1) return;
    const std::array<const char*, 2> labels = {"no", "yes"};
    LAKE_CHECK(classes == labels.size());
    gguf_set_arr_str(made_, "bert.classifier.output_labels", const_cast<const char**>(labels.data()),
                     labels.size());
  }

  template <class Formula>
  void Add(const char* name, int64_t columns, int64_t rows, Formula formula) {
    ggml_tensor* tensor = rows == 1 ? ggml_new_tensor_1d(tensors_, GGML_TYPE_F32, columns)
                                    : ggml_new_tensor_2d(tensors_, GGML_TYPE_F32, columns, rows);
    ggml_set_name(tensor, name);
    auto* values = static_cast<float*>(tensor->data);
    for (int64_t i = 0; i < columns * rows; ++i)
      values[i] = static_cast<float>(formula(static_cast<double>(i)));
    gguf_add_tensor(made_, tensor);
  }

  gguf_context* source_ = nullptr;
  gguf_context* made_;
  ggml_context* layers_ = nullptr;  ///< The tensors of the embedder.
  ggml_context* tensors_;           ///< Those made here.
};

}  // namespace lake::models
