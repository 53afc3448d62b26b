// Answers: what the texts of an index say to a question, each statement with the place that it is from.
//
// Generative: a language model reads the texts that a search found and writes the answer; extractive: the
// answer is the best supported of their sentences. What is cited was found by a search in the caller's own
// name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/access/audit.h"
#include "lake/access/request.h"
#include "lake/common/clock.h"
#include "lake/common/random.h"
#include "lake/models/provider.h"
#include "lake/search/search_service.h"

namespace lake::answers {

/// More than people check, and what models of 4,096 tokens read of short chunks.
inline constexpr size_t kMaxSources = 20;
inline constexpr size_t kMaxQuestionBytes = 8u << 10;

/// The text of an answer that nothing supports.
inline constexpr std::string_view kNoSupport = "no support found";

enum class AnswerStyle {
  kAuto,  ///< Generative when a model is named or one is the default; else extractive.
  kExtractive,
  kGenerative,
};

struct AnswerRequest {
  std::string index_name;
  std::string question;  ///< 1 to kMaxQuestionBytes.
  size_t k = 5;          ///< Chunks to answer from: 1 to kMaxSources.
  search::SearchMode mode = search::SearchMode::kHybrid;
  std::string filter = {};  ///< As in search::SearchRequest.
  std::optional<std::vector<std::string>> doc_ids = {};
  std::optional<search::Rerank> rerank = {};
  AnswerStyle style = AnswerStyle::kAuto;
  std::string model = {};     ///< That generates; empty: the default one.
  uint32_t max_tokens = 512;  ///< Of a generative answer: 1 to models::kMaxGeneratedTokens.
  double temperature = 0;     ///< Of a generative answer: 0 to models::kMaxTemperature.
};

/// What `[n]` in an answer stands for.
struct Citation {
  uint32_t n = 0;      ///< From 1.
  std::string source;  ///< Dataset name.
  std::string doc_id;
  uint32_t chunk = 0;  ///< Number of the chunk in its document.
  std::string text;    ///< Exactly what stands there: the chunk, or a sentence of it.
  uint32_t start = 0;  ///< In the document's text, in code points.
  uint32_t end = 0;    ///< One past the last.
  double score = 0;    ///< Generative: the hit's; extractive: how well the sentence supports (cosine).
};

struct Answer {
  std::string text;                 ///< With `[n]` behind statements; kNoSupport when nothing supports it.
  std::vector<Citation> citations;  ///< Those in the text, by n; none when it is not supported.
  bool supported = false;
  AnswerStyle style = AnswerStyle::kExtractive;  ///< Not kAuto.
  std::string model;  ///< That wrote it; extractive: the one whose vectors were compared.
  models::FinishReason finish = models::FinishReason::kStop;
  bool sources_truncated = false;   ///< Less was read than found, because the model reads no more.
  bool question_truncated = false;  ///< The end of the question is more than the index's model reads.
  bool exact = false;               ///< These four as in search::SearchAnswer.
  std::optional<double> recall_low;
  bool stale = false;
  catalog::Version version;
};

/// Takes an answer as it is made; both on the thread that called Ask. The error of one ends the answer and is
/// its result. Empty ones: nobody listens.
struct AnswerSink {
  /// Once, before the first piece: whatever `[n]` may stand for.
  std::function<Status(std::span<const Citation> sources)> sources;
  /// Pieces of whole characters, together the text. The first of a generative answer holds its first
  /// citation: what nothing supports is never shown.
  models::TextSink piece;
};

/// What the service works with; all of it outlives the service.
struct AnswerParts {
  search::SearchService& searches;
  models::Provider& models;
  access::AuditLog& audit;
  Clock& clock;
  RandomSource& random;
};

struct AnswerOptions {
  /// Cosine between a question and a sentence from which on the sentence supports an extractive answer.
  double min_support = 0;
};

/// Any thread.
class AnswerService {
 public:
  static std::unique_ptr<AnswerService> Make(const AnswerParts& parts, const AnswerOptions& options);
  virtual ~AnswerService() = default;

  /// Ends early when the context does, also in the model. Errors: those of search::SearchService (its
  /// "/query" is
  /// "/question" here); invalid_argument/{no_question, question_too_long, model_not_used} (a model for an
  /// extractive answer); those of Provider::FindGenerator and Generator::Generate; those of the sink.
  virtual Result<Answer> Ask(const access::Request& request, const AnswerRequest& wanted,
                             const AnswerSink& sink) = 0;
};

}  // namespace lake::answers
