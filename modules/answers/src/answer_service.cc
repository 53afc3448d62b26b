#include "lake/answers/answer_service.h"

#include <algorithm>
#include <utility>

#include "answer_audit.h"
#include "lake/common/error_at.h"
#include "lake/vector/index_service.h"
#include "prompt.h"
#include "sentences.h"
#include "sources.h"
#include "supported_text.h"

namespace lake::answers {
namespace {

using access::Request;

/// Half of what a generator takes: quoting makes a text longer.
constexpr size_t kMaxSourceBytes = models::kMaxPromptBytes / 2;
/// A call of the embedder takes them and the question: 20 chunks of 153 words have about 240.
constexpr size_t kMaxSentences = 512;
static_assert(kMaxSentences < models::kMaxTexts);

/// The search speaks of its query, the client of a question.
Error AboutQuestion(const Error& error) {
  Error placed(error.code(), error.reason(), error.message());
  for (const ErrorDetail& detail : error.details())
    placed.AddDetail(detail.pointer == "/query" ? "/question" : detail.pointer, detail.message);
  return std::move(placed).WithCause(error.internal_cause());
}

Status CheckQuestion(const std::string& question) {
  if (question.empty()) return At(InvalidArgument("no_question", "there is no question"), "/question");
  if (question.size() > kMaxQuestionBytes)
    return At(InvalidArgument("question_too_long", "the question has more than {} bytes", kMaxQuestionBytes),
              "/question");
  return {};
}

search::SearchRequest SearchOf(const AnswerRequest& wanted) {
  return {.index_name = wanted.index_name,
          .query = wanted.question,
          .vector = {},
          .mode = wanted.mode,
          .k = wanted.k,
          .filter = wanted.filter,
          .doc_ids = wanted.doc_ids,
          .ef_search = {},
          .rerank = wanted.rerank};
}

/// One question on its way to an answer.
class Inquiry {
 public:
  Inquiry(const AnswerParts& parts, const AnswerOptions& options, const Request& request,
          const AnswerRequest& wanted, const AnswerSink& sink, AnswerAudit& audit)
      : parts_(parts), options_(options), request_(request), wanted_(wanted), sink_(sink), audit_(audit) {}

  Result<Answer> Run() {
    LAKE_RETURN_IF_ERROR(CheckQuestion(wanted_.question));
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Generator> generator, FindGenerator());
    Result<search::SearchAnswer> found = parts_.searches.Search(request_, SearchOf(wanted_));
    if (!found.ok()) return AboutQuestion(found.error());
    found_ = std::move(*found);
    answer_ = {.text = {},
               .citations = {},
               .style = generator == nullptr ? AnswerStyle::kExtractive : AnswerStyle::kGenerative,
               .model = {},
               .question_truncated = found_.query_truncated,
               .exact = found_.exact,
               .recall_low = found_.recall_low,
               .stale = found_.stale,
               .version = found_.version};
    LAKE_RETURN_IF_ERROR(generator == nullptr ? Extractive() : Generative(*generator));
    if (!answer_.supported) {
      answer_.text = kNoSupport;
      LAKE_RETURN_IF_ERROR(Begin({}));
      LAKE_RETURN_IF_ERROR(Show(answer_.text));
    }
    return std::move(answer_);
  }

 private:
  /// Null: the answer is extractive.
  Result<std::shared_ptr<models::Generator>> FindGenerator() {
    std::shared_ptr<models::Generator> none;
    if (wanted_.style == AnswerStyle::kExtractive) {
      if (wanted_.model.empty()) return none;
      return At(InvalidArgument("model_not_used", "no model writes an extractive answer"), "/model");
    }
    Result<std::shared_ptr<models::Generator>> found = parts_.models.FindGenerator(wanted_.model);
    if (found.ok()) return found;
    const bool may_do_without = wanted_.style == AnswerStyle::kAuto && wanted_.model.empty();
    if (may_do_without && found.error().Is("no_default_model")) return none;
    return At(std::move(found).error(), "/model");
  }

  Status Extractive() {
    answer_.model = found_.model.name;
    std::vector<Sentence> sentences = SentencesOf(found_.hits, kMaxSentences);
    answer_.sources_truncated = sentences.size() == kMaxSentences;
    models::Embeddings embeddings;
    if (!sentences.empty()) {
      LAKE_ASSIGN_OR_RETURN(embeddings, Embed(sentences));
    }
    const auto vector_of = [&](size_t text) { return embeddings.Vector(text); };
    for (size_t i = 0; i < sentences.size(); ++i) {
      sentences[i].vector = vector_of(i + 1);
      sentences[i].support = Cosine(vector_of(0), sentences[i].vector);
    }
    Extract extract =
        WriteExtract(Choose(std::move(sentences), found_.hits, options_.min_support), found_.hits);
    LAKE_RETURN_IF_ERROR(audit_.Begin(answer_.model, extract.citations, found_.tables));
    if (extract.citations.empty()) return {};
    answer_.supported = true;
    answer_.text = std::move(extract.text);
    answer_.citations = std::move(extract.citations);
    LAKE_RETURN_IF_ERROR(Begin(answer_.citations));
    return Show(answer_.text);
  }

  /// The question's vector, then those of the sentences.
  Result<models::Embeddings> Embed(std::span<const Sentence> sentences) {
    std::vector<std::string> texts = {wanted_.question};
    for (const Sentence& sentence : sentences) texts.push_back(sentence.text.text);
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<models::Embedder> embedder,
                          parts_.models.FindEmbedder(found_.model.name));
    Result<models::Embeddings> made = embedder->Embed(request_.context, texts);
    if (!made.ok() && made.error().Is("empty_text"))
      return At(InvalidArgument("empty_text", "the question has no letter, digit or sign"), "/question");
    if (made.ok()) LAKE_RETURN_IF_ERROR(vector::CheckModel(found_.model, made->model));
    return made;
  }

  Status Generative(models::Generator& generator) {
    LAKE_ASSIGN_OR_RETURN(const models::ModelFingerprint model, generator.Fingerprint(request_.context));
    answer_.model = model.name;
    std::vector<Citation> sources = NumberSources(found_.hits, kMaxSourceBytes);
    LAKE_RETURN_IF_ERROR(audit_.Begin(answer_.model, sources, found_.tables));
    while (!sources.empty()) {
      SupportedText text(
          static_cast<uint32_t>(sources.size()), [&] { return Begin(sources); },
          [&](std::string_view piece) { return Show(piece); });
      Status written = Write(generator, sources, &text);
      answer_.sources_truncated = sources.size() < found_.hits.size() ||
                                  sources.front().text.size() < found_.hits.front().text.size();
      if (written.ok()) {
        Take(text, sources);
        return {};
      }
      const bool too_long = written.error().Is("prompt_too_long");
      if (!too_long || text.shown()) return written;
      if (!Shrink(&sources)) return At(std::move(written).error(), "/question");
    }
    return {};
  }

  Status Write(models::Generator& generator, std::span<const Citation> sources, SupportedText* text) {
    const models::GenerationRequest asked = {.prompt = {},
                                             .messages = MakePrompt(wanted_.question, sources),
                                             .max_tokens = wanted_.max_tokens,
                                             .temperature = wanted_.temperature};
    LAKE_ASSIGN_OR_RETURN(const models::Generation made,
                          generator.Generate(request_.context, asked,
                                             [&](std::string_view piece) { return text->Take(piece); }));
    answer_.model = made.model.name;
    answer_.finish = made.finish;
    return text->End();
  }

  void Take(const SupportedText& text, std::span<const Citation> sources) {
    answer_.supported = text.shown();
    if (!text.shown()) return;
    answer_.text = text.text();
    for (const Citation& source : sources)
      if (text.cited().contains(source.n)) answer_.citations.push_back(source);
  }

  Status Begin(std::span<const Citation> sources) {
    return sink_.sources ? sink_.sources(sources) : Status();
  }
  Status Show(std::string_view piece) { return sink_.piece ? sink_.piece(piece) : Status(); }

  static double Cosine(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
  }

  const AnswerParts& parts_;
  const AnswerOptions& options_;
  const Request& request_;
  const AnswerRequest& wanted_;
  const AnswerSink& sink_;
  AnswerAudit& audit_;
  search::SearchAnswer found_;
  Answer answer_;
};

class Service final : public AnswerService {
 public:
  Service(const AnswerParts& parts, const AnswerOptions& options) : parts_(parts), options_(options) {}

  Result<Answer> Ask(const Request& request, const AnswerRequest& wanted, const AnswerSink& sink) override {
    AnswerAudit audit(parts_, request, wanted);
    return audit.Conclude(Inquiry(parts_, options_, request, wanted, sink, audit).Run());
  }

 private:
  const AnswerParts parts_;
  const AnswerOptions options_;
};

}  // namespace

std::unique_ptr<AnswerService> AnswerService::Make(const AnswerParts& parts, const AnswerOptions& options) {
  return std::make_unique<Service>(parts, options);
}

}  // namespace lake::answers
