// Texts written and ranked by language models, over the wire.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/models/generator.h"
#include "lake/models/reranker.h"

namespace lake::gateway::wire {

enum class ChatRole { kSystem, kUser, kAssistant };

struct ChatMessage {
  ChatRole role = ChatRole::kUser;
  std::string content;
};

struct GenerateText {
  std::optional<std::string> prompt;
  std::vector<ChatMessage> messages;
  std::optional<std::string> model;
  uint32_t max_tokens = models::GenerationRequest{}.max_tokens;
  double temperature = 0;
  std::optional<uint32_t> seed;
  std::vector<std::string> stop;
  bool stream = false;
};

enum class FinishReason { kStop, kLength };

struct GeneratedText {
  std::string model;
  std::string model_version;
  std::string text;
  FinishReason finish_reason = FinishReason::kStop;
  uint64_t prompt_tokens = 0;
  uint64_t tokens = 0;
  double elapsed_ms = 0;
};

/// One piece of a streamed text.
struct TextPiece {
  std::string text;
};

struct RankTexts {
  std::string query;
  std::vector<std::string> texts;
  std::optional<std::string> model;
  std::optional<uint32_t> top_n;
};

struct RankedText {
  uint64_t index = 0;
  double score = 0;
};

struct RankedTexts {
  std::string model;
  std::string model_version;
  std::vector<RankedText> results;
  bool query_truncated = false;
  std::vector<uint64_t> truncated;
  uint64_t tokens = 0;
  double elapsed_ms = 0;
};

}  // namespace lake::gateway::wire

template <>
struct lake::DescribeEnum<lake::gateway::wire::ChatRole> {
  using V = lake::gateway::wire::ChatRole;
  static constexpr std::array kNames = {EnumName(V::kSystem, "system"), EnumName(V::kUser, "user"),
                                        EnumName(V::kAssistant, "assistant")};
};
template <>
struct lake::Describe<lake::gateway::wire::ChatMessage> {
  using T = lake::gateway::wire::ChatMessage;
  static constexpr std::string_view kName = "ChatMessage";
  static constexpr auto kFields =
      std::tuple{Required("role", &T::role, "Who says it."),
                 Required("content", &T::content, "What is said: text, whatever it looks like.")
                     .Between(0, lake::models::kMaxPromptBytes)};
};
template <>
struct lake::Describe<lake::gateway::wire::GenerateText> {
  using T = lake::gateway::wire::GenerateText;
  static constexpr std::string_view kName = "GenerateText";
  static constexpr auto kFields = std::tuple{
      Optional("prompt", &T::prompt,
               "What a user says, or what a model that knows no conversations goes on with.")
          .Between(1, lake::models::kMaxPromptBytes),
      Optional("messages", &T::messages, "A conversation instead of a prompt; the last message is a user's.")
          .Between(0, lake::models::kMaxMessages),
      Optional("model", &T::model, "Name of the model, from GET /ai/models; the default one when absent.")
          .Between(1, 255),
      Optional("max_tokens", &T::max_tokens, "Most tokens of the text.")
          .Between(1, lake::models::kMaxGeneratedTokens),
      Optional("temperature", &T::temperature, "0 is always the likeliest token; more is more by chance.")
          .Between(0, lake::models::kMaxTemperature),
      Optional("seed", &T::seed, "The same one gives the same text, as far as the provider can."),
      Optional("stop", &T::stop, "The text ends before the first of these.")
          .Between(0, lake::models::kMaxStops),
      Optional(
          "stream", &T::stream,
          "Whether the text comes as server-sent events while it is written; \"Accept: text/event-stream\" "
          "says the same.")};
};
template <>
struct lake::DescribeEnum<lake::gateway::wire::FinishReason> {
  using V = lake::gateway::wire::FinishReason;
  static constexpr std::array kNames = {EnumName(V::kStop, "stop"), EnumName(V::kLength, "length")};
};
template <>
struct lake::Describe<lake::gateway::wire::GeneratedText> {
  using T = lake::gateway::wire::GeneratedText;
  static constexpr std::string_view kName = "GeneratedText";
  static constexpr auto kFields = std::tuple{
      Required("model", &T::model, "Which model wrote it."),
      Required("model_version", &T::model_version, "As in GET /ai/models."),
      Required("text", &T::text, "All of it."),
      Required("finish_reason", &T::finish_reason,
               "\"stop\": the model was done, or came to a stop; \"length\": the text is cut off."),
      Required("prompt_tokens", &T::prompt_tokens, "What the model read."),
      Required("tokens", &T::tokens, "What it wrote; 0 when its provider does not say."),
      Required("elapsed_ms", &T::elapsed_ms, "Waiting, loading the model and writing.")};
};
template <>
struct lake::Describe<lake::gateway::wire::TextPiece> {
  using T = lake::gateway::wire::TextPiece;
  static constexpr std::string_view kName = "TextPiece";
  static constexpr auto kFields = std::tuple{Required("text", &T::text, "What follows the pieces before.")};
};
template <>
struct lake::Describe<lake::gateway::wire::RankTexts> {
  using T = lake::gateway::wire::RankTexts;
  static constexpr std::string_view kName = "RankTexts";
  static constexpr auto kFields = std::tuple{
      Required("query", &T::query, "What the texts are to answer.").Between(1, lake::models::kMaxPromptBytes),
      Required("texts", &T::texts, "Each gets a score.").Between(1, lake::models::kMaxRankedTexts),
      Optional("model", &T::model, "Name of the model, from GET /ai/models; the default one when absent.")
          .Between(1, 255),
      Optional("top_n", &T::top_n, "Only so many of the best.").Between(1, lake::models::kMaxRankedTexts)};
};
template <>
struct lake::Describe<lake::gateway::wire::RankedText> {
  using T = lake::gateway::wire::RankedText;
  static constexpr std::string_view kName = "RankedText";
  static constexpr auto kFields =
      std::tuple{Required("index", &T::index, "Position of the text in the request."),
                 Required("score", &T::score, "Greater is better, on a scale of the model's own.")};
};
template <>
struct lake::Describe<lake::gateway::wire::RankedTexts> {
  using T = lake::gateway::wire::RankedTexts;
  static constexpr std::string_view kName = "RankedTexts";
  static constexpr auto kFields = std::tuple{
      Required("model", &T::model, "Which model ranked them."),
      Required("model_version", &T::model_version, "As in GET /ai/models."),
      Required("results", &T::results, "The best first; equal ones in the order of the request."),
      Required("query_truncated", &T::query_truncated, "The end of the query is more than the model reads."),
      Required("truncated", &T::truncated,
               "Positions of the texts that are longer than the model reads beside the query, as far "
               "as its provider says so."),
      Required("tokens", &T::tokens,
               "What the model read, of all texts together; 0 when its provider does not say."),
      Required("elapsed_ms", &T::elapsed_ms, "Waiting and computing.")};
};
