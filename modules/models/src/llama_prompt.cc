#include "llama_prompt.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "llama_handles.h"
#include "text_stream.h"

namespace lake::models {
namespace {

enum class Reading {
  kText,      ///< Whatever it looks like.
  kTemplate,  ///< With the tokens that separate messages.
};

/// A part of what the model reads.
struct Part {
  std::string_view text;
  Reading reading;
};

/// Stands for a message's content while the template is applied, so that no content can look like a part of
/// it.
std::string PlaceOf(size_t message) { return fmt::format("@@lake-content-{}@@", message); }

/// The conversation in the model's form with PlaceOf instead of contents; none when its form is not known.
std::optional<std::string> Templated(const llama_model* model, std::span<const ChatMessage> messages) {
  const char* form = llama_model_chat_template(model, nullptr);
  if (form == nullptr) return std::nullopt;
  std::vector<std::string> places;
  for (size_t i = 0; i < messages.size(); ++i) places.push_back(PlaceOf(i));
  std::vector<llama_chat_message> chat;
  for (size_t i = 0; i < messages.size(); ++i)
    chat.push_back({.role = RoleName(messages[i].role), .content = places[i].c_str()});
  std::string text;
  for (;;) {
    const int32_t bytes = llama_chat_apply_template(form, chat.data(), chat.size(), true, text.data(),
                                                    static_cast<int32_t>(text.size()));
    if (bytes < 0) return std::nullopt;
    const bool fitted = static_cast<size_t>(bytes) <= text.size();
    text.resize(static_cast<size_t>(bytes));
    if (fitted) return text;
  }
}

/// The parts of `text` with the contents at their places; none when the form leaves a message out or turns
/// them round.
std::optional<std::vector<Part>> Filled(std::string_view text, std::span<const ChatMessage> messages) {
  std::vector<Part> parts;
  for (size_t i = 0; i < messages.size(); ++i) {
    const std::string place = PlaceOf(i);
    const size_t at = text.find(place);
    if (at == std::string_view::npos) return std::nullopt;
    parts.push_back({.text = text.substr(0, at), .reading = Reading::kTemplate});
    parts.push_back({.text = messages[i].content, .reading = Reading::kText});
    text.remove_prefix(at + place.size());
  }
  parts.push_back({.text = text, .reading = Reading::kTemplate});
  return parts;
}

void Append(const llama_vocab* vocabulary, const Part& part, std::vector<int32_t>* tokens) {
  if (part.text.empty()) return;
  std::vector<int32_t> read(part.text.size() + 8);
  for (;;) {
    const int32_t count =
        llama_tokenize(vocabulary, part.text.data(), static_cast<int32_t>(part.text.size()), read.data(),
                       static_cast<int32_t>(read.size()), false, part.reading == Reading::kTemplate);
    read.resize(static_cast<size_t>(std::abs(count)));
    if (count >= 0) break;
  }
  tokens->insert(tokens->end(), read.begin(), read.end());
}

/// For models that were never trained on conversations.
std::string Transcript(std::span<const ChatMessage> messages) {
  std::string text;
  for (const ChatMessage& message : messages) {
    if (message.role == ChatRole::kUser) text += "User: ";
    if (message.role == ChatRole::kAssistant) text += "Assistant: ";
    text += message.content + "\n\n";
  }
  return text + "Assistant:";
}

}  // namespace

Result<WrittenPrompt> PromptOf(const llama_model* model, const GenerationRequest& request) {
  const llama_vocab* vocabulary = llama_model_get_vocab(model);
  const std::vector<ChatMessage> one = {{.role = ChatRole::kUser, .content = request.prompt}};
  const std::span<const ChatMessage> messages(request.messages.empty() ? one : request.messages);
  WrittenPrompt prompt;
  if (llama_vocab_get_add_bos(vocabulary)) prompt.tokens.push_back(llama_vocab_bos(vocabulary));
  try {
    const std::optional<std::string> templated = Templated(model, messages);
    const std::optional<std::vector<Part>> parts = templated ? Filled(*templated, messages) : std::nullopt;
    if (parts) {
      for (const Part& part : *parts) Append(vocabulary, part, &prompt.tokens);
      return prompt;
    }
    const std::string text = request.messages.empty() ? request.prompt : Transcript(messages);
    Append(vocabulary, {.text = text, .reading = Reading::kText}, &prompt.tokens);
  } catch (const std::exception& error) {
    return NotUsable("the model's tokenizer fails on this text", error.what());
  }
  if (!request.messages.empty()) prompt.stop = {"\nUser:"};
  return prompt;
}

}  // namespace lake::models
