// Questions to an index and cited answers over the wire.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/answers/answer_service.h"
#include "lake/common/describe.h"
#include "lake/gateway/wire/generation.h"
#include "lake/gateway/wire/index.h"

namespace lake::gateway::wire {

struct AskIndex {
  std::string index_name;
  std::string question;
  uint32_t k = static_cast<uint32_t>(answers::AnswerRequest{}.k);
  search::SearchMode mode = answers::AnswerRequest{}.mode;
  std::optional<std::string> filter;
  std::optional<std::vector<std::string>> doc_ids;
  std::optional<search::Rerank> rerank;
  answers::AnswerStyle style = answers::AnswerStyle::kAuto;
  std::optional<std::string> model;
  uint32_t max_tokens = answers::AnswerRequest{}.max_tokens;
  double temperature = 0;
  bool stream = false;
};

struct CitedAnswer {
  std::string answer;
  std::vector<answers::Citation> citations;
  bool supported = false;
  answers::AnswerStyle style = answers::AnswerStyle::kExtractive;
  std::string model;
  FinishReason finish_reason = FinishReason::kStop;
  bool sources_truncated = false;
  bool question_truncated = false;
  bool exact = false;
  std::optional<double> recall_low;
  bool stale = false;
  uint64_t version = 0;
  double elapsed_ms = 0;
};

/// What may be cited, before the first piece of a streamed answer.
struct AnswerSources {
  std::vector<answers::Citation> sources;
};

}  // namespace lake::gateway::wire

template <>
struct lake::DescribeEnum<lake::answers::AnswerStyle> {
  using V = lake::answers::AnswerStyle;
  static constexpr std::array kNames = {EnumName(V::kAuto, "auto"), EnumName(V::kExtractive, "extractive"),
                                        EnumName(V::kGenerative, "generative")};
};
template <>
struct lake::Describe<lake::gateway::wire::AskIndex> {
  using T = lake::gateway::wire::AskIndex;
  static constexpr std::string_view kName = "AskIndex";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "Index whose texts answer.").Between(1, 255),
      Required("question", &T::question, "A question.").Between(1, lake::answers::kMaxQuestionBytes),
      Optional("k", &T::k, "Most chunks to answer from.").Between(1, lake::answers::kMaxSources),
      Optional("mode", &T::mode, "How they are found; as in POST /vectors/search."),
      Optional("filter", &T::filter,
               "SQL condition on the columns of the dataset: only rows for which it is true answer.")
          .Between(1, 65'536),
      Optional("doc_ids", &T::doc_ids, "Only these documents answer.")
          .Between(0, lake::search::kMaxDocuments),
      Optional("rerank", &T::rerank, "Let a model order what is found, as in POST /vectors/search."),
      Optional(
          "style", &T::style,
          "generative: a language model writes the answer from what is found; extractive: the best of its "
          "sentences are the answer; auto: generative when a model is named or configured."),
      Optional("model", &T::model,
               "Name of the model that writes, from GET /ai/models; the default one when absent.")
          .Between(1, 255),
      Optional("max_tokens", &T::max_tokens, "Most tokens that the model writes.")
          .Between(1, lake::models::kMaxGeneratedTokens),
      Optional("temperature", &T::temperature, "0 is always the likeliest token; more is more by chance.")
          .Between(0, lake::models::kMaxTemperature),
      Optional(
          "stream", &T::stream,
          "Whether the answer comes as server-sent events while it is made; \"Accept: text/event-stream\" "
          "says the same.")};
};
template <>
struct lake::Describe<lake::answers::Citation> {
  using T = lake::answers::Citation;
  static constexpr std::string_view kName = "Citation";
  static constexpr auto kFields = std::tuple{
      Required("n", &T::n, "[n] in the answer stands for this."),
      Required("source", &T::source, "Dataset the text is from."),
      Required("doc_id", &T::doc_id, "Value of the id column."),
      Required("chunk", &T::chunk, "Number of the chunk in its document, from 0."),
      Required("text", &T::text, "What stands there: the chunk, or a sentence of it."),
      Required("start", &T::start, "Where it begins in the document's text, in Unicode code points."),
      Required("end", &T::end, "One past its last code point."),
      Required(
          "score", &T::score,
          "Of a generative answer that of the search, of an extractive one the cosine between question and "
          "sentence.")};
};
template <>
struct lake::Describe<lake::gateway::wire::CitedAnswer> {
  using T = lake::gateway::wire::CitedAnswer;
  static constexpr std::string_view kName = "CitedAnswer";
  static constexpr auto kFields = std::tuple{
      Required("answer", &T::answer,
               "Text with [n] behind its statements; \"no support found\" when there is none."),
      Required("citations", &T::citations, "What the numbers stand for; none when it is not supported."),
      Required("supported", &T::supported, "Whether any text that the caller may read supports it."),
      Required("style", &T::style, "How it was made."),
      Required("model", &T::model, "Which model wrote it, or whose vectors chose the sentences."),
      Required("finish_reason", &T::finish_reason,
               "\"stop\": it is complete; \"length\": it is cut off at max_tokens."),
      Required("sources_truncated", &T::sources_truncated, "Not all that was found could be read."),
      Required("question_truncated", &T::question_truncated,
               "The end of the question is more than the index's model reads."),
      Required("exact", &T::exact, "What was found is proven to be the nearest."),
      Optional("recall_low", &T::recall_low,
               "Of a search that is not exact: lower end of the 95 % interval of the index's recall."),
      Required("stale", &T::stale, "The dataset has other rows than the index by now."),
      Required("version", &T::version, "Catalog version whose rights and deletions apply."),
      Required("elapsed_ms", &T::elapsed_ms, "Time in the server.")};
};
template <>
struct lake::Describe<lake::gateway::wire::AnswerSources> {
  using T = lake::gateway::wire::AnswerSources;
  static constexpr std::string_view kName = "AnswerSources";
  static constexpr auto kFields =
      std::tuple{Required("sources", &T::sources, "What the numbers may stand for.")};
};
