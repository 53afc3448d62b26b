// A JSON body while it arrives.
#pragma once

#include <optional>
#include <string>

#include "byte_budget.h"
#include "request_parser.h"

namespace lake::gateway {

/// Appends to a text until a limit is reached; what it holds counts against a budget until it is released.
class JsonBody final : public BodySink {
 public:
  JsonBody(uint64_t max_bytes, ByteBudget& budget) : max_bytes_(max_bytes), budget_(budget) {}
  ~JsonBody() override { Release(); }
  JsonBody(const JsonBody&) = delete;
  JsonBody& operator=(const JsonBody&) = delete;

  size_t Take(std::string_view bytes) override {
    if (refusal_) return 0;
    if (text_.size() + bytes.size() > max_bytes_)
      refusal_ = ResourceExhausted("payload_too_large", "the body may have at most {} bytes", max_bytes_);
    else if (!budget_.Take(bytes.size()))
      refusal_ = ResourceExhausted("server_busy", "too many request bodies are being received");
    if (refusal_) return 0;
    text_.append(bytes);
    return bytes.size();
  }

  /// Forgets the text.
  void Release() {
    budget_.Give(text_.size());
    text_ = std::string();
  }
  const std::string& text() const { return text_; }
  /// resource_exhausted/payload_too_large, resource_exhausted/server_busy.
  const std::optional<Error>& refusal() const { return refusal_; }

 private:
  const uint64_t max_bytes_;
  ByteBudget& budget_;
  std::string text_;
  std::optional<Error> refusal_;
};

/// For bodies nobody wants.
class Discard final : public BodySink {
 public:
  size_t Take(std::string_view bytes) override { return bytes.size(); }
};

}  // namespace lake::gateway
