#include "text_stream.h"

namespace lake::models {
namespace {

constexpr size_t kMaxTextBytes = 4u << 20;  // kMaxGeneratedTokens of 128 bytes, more than any vocabulary has.

}  // namespace

Status TextStream::Append(std::string_view piece) {
  if (piece.empty()) return {};
  if (text_.size() + piece.size() > kMaxTextBytes)
    return Unavailable("bad_provider_answer", "the provider's text is larger than any should be");
  text_.append(piece);
  return sink_ ? sink_(piece) : Status();
}

Status TextStream::End() {
  ended_ = true;
  return {};
}

const char* RoleName(ChatRole role) {
  switch (role) {
    case ChatRole::kSystem:
      return "system";
    case ChatRole::kUser:
      return "user";
    case ChatRole::kAssistant:
      return "assistant";
  }
  return "user";  // Not reached: the switch is exhaustive.
}

JsonValue ToJsonArray(std::span<const std::string> texts) {
  JsonValue array = JsonValue::MakeArray();
  for (const std::string& text : texts) array.Append(text);
  return array;
}

JsonValue ToChatMessages(std::span<const ChatMessage> messages) {
  JsonValue array = JsonValue::MakeArray();
  for (const ChatMessage& message : messages)
    array.Append(JsonValue::MakeObject({{"role", RoleName(message.role)}, {"content", message.content}}));
  return array;
}

}  // namespace lake::models
