// TextStream: a text on its way from a provider to whoever listens.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/json.h"
#include "lake/models/generator.h"

namespace lake::models {

/// One thread.
class TextStream {
 public:
  /// `sink` is borrowed.
  explicit TextStream(const TextSink& sink) : sink_(sink) {}

  /// Errors: those of the sink, unavailable/bad_provider_answer (more than any text should be).
  Status Append(std::string_view piece);
  /// The text is complete.
  Status End();
  bool ended() const { return ended_; }
  std::string TakeText() && { return std::move(text_); }

 private:
  const TextSink& sink_;
  std::string text_;
  bool ended_ = false;
};

/// As Ollama, OpenAI and the templates of chats call it.
const char* RoleName(ChatRole role);
JsonValue ToJsonArray(std::span<const std::string> texts);
/// [{"role": "user", "content": "…"}], as Ollama and OpenAI have it.
JsonValue ToChatMessages(std::span<const ChatMessage> messages);

}  // namespace lake::models
