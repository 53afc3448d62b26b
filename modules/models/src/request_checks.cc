#include "request_checks.h"

#include <fmt/format.h>

#include <cmath>

#include "lake/common/utf8.h"

namespace lake::models {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

Error BadGeneration(std::string pointer, std::string expected) {
  return InvalidArgument("bad_generation", "{}: {}", pointer, expected)
      .WithDetail(std::move(pointer), std::move(expected));
}

Status CheckStops(std::span<const std::string> stops) {
  if (stops.size() > kMaxStops)
    return BadGeneration("/stop", fmt::format("expected at most {} texts", kMaxStops));
  for (size_t i = 0; i < stops.size(); ++i)
    if (stops[i].empty() || stops[i].size() > kMaxStopBytes || !IsUtf8(stops[i]))
      return BadGeneration(fmt::format("/stop/{}", i),
                           fmt::format("expected UTF-8 of 1 to {} bytes", kMaxStopBytes));
  return {};
}

Status CheckMessages(std::span<const ChatMessage> messages) {
  if (messages.size() > kMaxMessages)
    return BadGeneration("/messages", fmt::format("expected at most {} messages", kMaxMessages));
  size_t bytes = 0;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (!IsUtf8(messages[i].content)) return BadGeneration(fmt::format("/messages/{}", i), "expected UTF-8");
    bytes += messages[i].content.size();
  }
  if (bytes > kMaxPromptBytes)
    return BadGeneration("/messages", fmt::format("expected at most {} bytes together", kMaxPromptBytes));
  if (messages.back().role != ChatRole::kUser)
    return BadGeneration(fmt::format("/messages/{}", messages.size() - 1),
                         "expected the last message to be a user's");
  return {};
}

}  // namespace

Status CheckGeneration(const GenerationRequest& request) {
  if (request.prompt.empty() == request.messages.empty())
    return BadGeneration(request.prompt.empty() ? "/prompt" : "/messages",
                         "expected either a prompt or messages");
  if (!IsUtf8(request.prompt) || request.prompt.size() > kMaxPromptBytes)
    return BadGeneration("/prompt", fmt::format("expected UTF-8 of at most {} bytes", kMaxPromptBytes));
  if (!request.messages.empty()) LAKE_RETURN_IF_ERROR(CheckMessages(request.messages));
  if (request.max_tokens == 0 || request.max_tokens > kMaxGeneratedTokens)
    return BadGeneration("/max_tokens", fmt::format("expected 1 to {}", kMaxGeneratedTokens));
  if (!std::isfinite(request.temperature) || request.temperature < 0 || request.temperature > kMaxTemperature)
    return BadGeneration("/temperature", fmt::format("expected 0 to {}", kMaxTemperature));
  return CheckStops(request.stop);
}

Error NothingToRead(std::string_view at) {
  return InvalidArgument("empty_text", "a text has nothing to read")
      .WithDetail(std::string(at), "expected a text with at least one letter, digit or sign");
}

Status CheckText(std::string_view text, std::string_view at) {
  if (!IsUtf8(text))
    return InvalidArgument("bad_text", "a text is not UTF-8").WithDetail(std::string(at), "expected UTF-8");
  if (text.find_first_not_of(kWhiteSpace) == std::string_view::npos) return NothingToRead(at);
  return {};
}

Status CheckTexts(std::span<const std::string> texts, size_t most, std::string_view at) {
  if (texts.size() > most)
    return InvalidArgument("too_many_texts", "at most {} texts can be read at once", most);
  for (size_t i = 0; i < texts.size(); ++i)
    LAKE_RETURN_IF_ERROR(CheckText(texts[i], fmt::format("{}/{}", at, i)));
  return {};
}

}  // namespace lake::models
