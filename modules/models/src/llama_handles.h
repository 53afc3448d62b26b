// What the files that know llama.cpp share.
#pragma once

#include <gguf.h>
#include <llama.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lake/common/result.h"

namespace lake::models {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using GgufOwner = std::unique_ptr<gguf_context, Free<gguf_free>>;
using ModelOwner = std::unique_ptr<llama_model, Free<llama_model_free>>;
using ContextOwner = std::unique_ptr<llama_context, Free<llama_free>>;

/// What llama.cpp said on this thread since somebody began to listen. Its log is one function for the
/// process.
class Complaints {
 public:
  Complaints() { text_.emplace(); }
  ~Complaints() { text_.reset(); }
  Complaints(const Complaints&) = delete;
  Complaints& operator=(const Complaints&) = delete;

  std::string Take() { return std::move(*text_); }

  static void Listen(ggml_log_level level, const char* text, void*) {
    constexpr size_t kMost = 2000;
    if (text_ && level == GGML_LOG_LEVEL_ERROR && text_->size() < kMost) text_->append(text);
  }

 private:
  static thread_local std::optional<std::string> text_;
};

inline Error NotUsable(std::string_view what, std::string cause) {
  return FailedPrecondition("model_not_usable", "{}", what).WithCause(std::move(cause));
}

}  // namespace lake::models
