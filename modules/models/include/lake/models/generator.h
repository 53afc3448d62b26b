// Generator: text that goes on from a prompt or a conversation, by one model, whoever runs it.
//
//   LAKE_ASSIGN_OR_RETURN(std::shared_ptr<Generator> generator, provider.FindGenerator(""));
//   LAKE_ASSIGN_OR_RETURN(Generation answer,
//                         generator->Generate(context, {.prompt = "Two words about rain:"}, show_piece));
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/models/fingerprint.h"

namespace lake::models {

enum class ChatRole { kSystem, kUser, kAssistant };

struct ChatMessage {
  ChatRole role = ChatRole::kUser;
  std::string content;  ///< UTF-8.
};

// Bounds of one request: beyond them no model we know reads, and memory stays bounded.
inline constexpr size_t kMaxMessages = 256;
inline constexpr size_t kMaxPromptBytes = 1u << 20;  ///< Of the prompt or all messages together.
inline constexpr uint32_t kMaxGeneratedTokens = 32'768;
inline constexpr size_t kMaxStops = 8;
inline constexpr size_t kMaxStopBytes = 256;
inline constexpr double kMaxTemperature = 2;

/// Either `prompt` or `messages`.
struct GenerationRequest {
  std::string prompt = {};  ///< What a user says; a model that knows no conversations goes on writing it.
  std::vector<ChatMessage> messages = {};
  uint32_t max_tokens = 512;           ///< 1 to kMaxGeneratedTokens.
  double temperature = 0;              ///< 0 (always the likeliest token) to kMaxTemperature.
  std::optional<uint32_t> seed = {};   ///< The same one gives the same text, as far as the provider can.
  std::vector<std::string> stop = {};  ///< The text ends before the first of them.
};

enum class FinishReason {
  kStop,    ///< The model was done, or came to one of `stop`.
  kLength,  ///< max_tokens, or all that the model can hold: the text is not complete.
};

struct Generation {
  ModelFingerprint model;
  std::string text;
  FinishReason finish = FinishReason::kStop;
  uint64_t prompt_tokens = 0;
  uint64_t tokens = 0;  ///< Of the text.
};

/// Takes the text as it is made, in pieces of whole characters. On the thread that called Generate; its error
/// ends the generation and is its result. Empty: nobody listens.
using TextSink = std::function<Status(std::string_view piece)>;

/// Any thread; calls at the same time share the model's capacity in turns.
class Generator {
 public:
  virtual ~Generator() = default;

  /// `dimension` and `prompt_prefix` say nothing here. Loads the model where the digest needs it. Errors: as
  /// in Generate.
  virtual Result<ModelFingerprint> Fingerprint(const Context& context) = 0;

  /// The whole text, also given to `sink` piece by piece. Stops between tokens when the context ends. What
  /// the sink got before an error is the begin of a text that was never finished. Errors: with the pointer of
  /// the wrong member ("/messages/2", "/stop/0") invalid_argument/bad_generation;
  /// invalid_argument/prompt_too_long (in tokens of this model); resource_exhausted/models_busy and
  /// model_memory, not_found/model_not_found, failed_precondition/model_not_usable, data_loss/model_damaged;
  /// of providers elsewhere those in remote_models.h; those of the sink and the context.
  virtual Result<Generation> Generate(const Context& context, const GenerationRequest& request,
                                      const TextSink& sink) = 0;
};

}  // namespace lake::models
