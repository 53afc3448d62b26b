// Goal: an answer says what the caller's search found and nothing else, cites it, and is on record before.
// Method: a search with hits by hand, a scripted generator, fake embeddings, the real audit log.
#include "lake/answers/answer_service.h"

#include <gmock/gmock.h>

#include "lake/common/digest.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/models_testing/fake_models.h"
#include "lake/storage/memory_store.h"

namespace lake::answers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class FakeSearch final : public search::SearchService {
 public:
  Result<search::SearchAnswer> Search(const access::Request&, const search::SearchRequest& wanted) override {
    asked = wanted;
    if (error) return *error;
    const models::FakeEmbedder embedder({.dimension = 64, .max_words = 100});
    return search::SearchAnswer{.index_name = "notes",
                                .hits = hits,
                                .exact = true,
                                .stale = true,
                                .version = {.number = 7},
                                .model = {.name = "fake", .version = model_version, .dimensions = 64},
                                .tables = {{.dataset = "notes", .version = 7}}};
  }
  Result<catalog::Column> IdColumn(const access::Request&, const std::string&) override {
    return catalog::Column{.field_id = 1, .name = "id", .type = "VARCHAR"};
  }

  std::vector<search::Hit> hits = {
      {.doc_id = "A", .source = "notes", .text = "ada mends engines", .start = 5, .end = 22},
      {.doc_id = "B", .source = "notes", .text = "bob bakes bread", .end = 15}};
  std::string model_version = Sha256Hex("fake");
  std::optional<Error> error;
  search::SearchRequest asked;
};

/// Says what it is told to say, in pieces of five bytes; reads at most `most_bytes`.
class ScriptedGenerator final : public models::Generator {
 public:
  Result<models::ModelFingerprint> Fingerprint(const Context&) override {
    return models::ModelFingerprint{.name = "scripted", .digest = "d"};
  }
  Result<models::Generation> Generate(const Context& context, const models::GenerationRequest& request,
                                      const models::TextSink& sink) override {
    asked = request;
    const std::string& prompt = request.messages.at(1).content;
    if (prompt.size() > most_bytes) return InvalidArgument("prompt_too_long", "too long");
    for (size_t at = 0; at < says.size(); at += 5) {
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      LAKE_RETURN_IF_ERROR(sink(std::string_view(says).substr(at, 5)));
    }
    if (fails_with) return *fails_with;
    return models::Generation{.model = *Fingerprint(context), .text = says, .finish = finish};
  }

  std::string says = "Ada mends engines [1].";
  std::optional<Error> fails_with;
  size_t most_bytes = 100'000;
  models::FinishReason finish = models::FinishReason::kStop;
  models::GenerationRequest asked;
};

/// Generates by the script when there is one, and by none else.
class TestModels final : public models::Provider {
 public:
  models::ModelList List(const Context& context) override { return fakes_.List(context); }
  Result<std::shared_ptr<models::Embedder>> FindEmbedder(std::string_view name) override {
    return fakes_.FindEmbedder(name);
  }
  Result<std::shared_ptr<models::Generator>> FindGenerator(std::string_view name) override {
    if (!name.empty() && name != "scripted")
      return NotFound("model_not_found", "there is no model '{}'", name);
    if (generator == nullptr) return FailedPrecondition("no_default_model", "none");
    return std::shared_ptr<models::Generator>(generator);
  }
  Result<std::shared_ptr<models::Reranker>> FindReranker(std::string_view name) override {
    return fakes_.FindReranker(name);
  }
  Status LoadModel(const Context& context, std::string_view name) override {
    return fakes_.LoadModel(context, name);
  }
  Status UnloadModel(const Context& context, std::string_view name) override {
    return fakes_.UnloadModel(context, name);
  }
  std::vector<models::ProviderMemory> Memory(const Context& context) override {
    return fakes_.Memory(context);
  }

  std::shared_ptr<ScriptedGenerator> generator;

 private:
  models::FakeModels fakes_{models::FakeEmbedder::Options{.dimension = 64, .max_words = 100}};
};

class AnswerTest : public testing::Test {
 protected:
  Result<Answer> Ask(const AnswerRequest& wanted) {
    shown_.clear();
    sources_.clear();
    return service_->Ask(access::LocalAdmin(context_, nullptr), wanted,
                         {.sources =
                              [this](std::span<const Citation> sources) {
                                EXPECT_THAT(shown_, IsEmpty());
                                for (const Citation& source : sources) sources_.push_back(source.doc_id);
                                return Status();
                              },
                          .piece =
                              [this](std::string_view piece) {
                                shown_ += piece;
                                return heard_;
                              }});
  }
  static AnswerRequest Question(const std::string& question) {
    return {.index_name = "notes", .question = question};
  }
  std::vector<access::AuditRecord> Records() {
    audit_ = access::AuditLog::Make(*store_, log_);  // Writes what was handed over.
    auto records = audit_->Read(Context{}, {}, 100);
    LAKE_CHECK(records.ok());
    return *records;
  }
  void Generate() { models_.generator = std::make_shared<ScriptedGenerator>(); }

  FakeClock clock_;
  SeededRandom random_{1};
  CaptureLog log_;
  std::shared_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
  std::unique_ptr<access::AuditLog> audit_ = access::AuditLog::Make(*store_, log_);
  FakeSearch search_;
  TestModels models_;
  Context context_;
  Status heard_;
  std::string shown_;
  std::vector<std::string> sources_;
  std::unique_ptr<AnswerService> service_ = AnswerService::Make(
      {.searches = search_, .models = models_, .audit = *audit_, .clock = clock_, .random = random_},
      {.min_support = 0.5});
};

TEST_F(AnswerTest, WithoutAGeneratorItIsTheBestSentence) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Answer answer, Ask(Question("who mends engines")));
  EXPECT_EQ(answer.text, "ada mends engines [1]");
  EXPECT_EQ(shown_, answer.text);
  EXPECT_THAT(sources_, ElementsAre("A"));
  EXPECT_TRUE(answer.supported && answer.exact && answer.stale);
  EXPECT_EQ(answer.style, AnswerStyle::kExtractive);
  EXPECT_EQ(answer.model, "fake");
  EXPECT_EQ(answer.version.number, 7u);
  ASSERT_EQ(answer.citations.size(), 1u);
  EXPECT_EQ(answer.citations[0].doc_id, "A");
  EXPECT_EQ(answer.citations[0].start, 5u);
  EXPECT_NEAR(answer.citations[0].score, 2.0 / 3, 0.01);
}

TEST_F(AnswerTest, WithoutSupportItSaysSo) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Answer answer, Ask(Question("where is rome")));
  EXPECT_EQ(answer.text, "no support found");
  EXPECT_FALSE(answer.supported);
  EXPECT_THAT(answer.citations, IsEmpty());
  EXPECT_EQ(shown_, answer.text);
  search_.hits.clear();
  for (const bool generates : {false, true}) {
    if (generates) Generate();
    LAKE_ASSERT_OK_AND_ASSIGN(const Answer none, Ask(Question("who mends engines")));
    EXPECT_FALSE(none.supported);
    EXPECT_EQ(none.text, "no support found");
  }
}

TEST_F(AnswerTest, AModelAnswersFromTheSources) {
  Generate();
  models_.generator->says = "Bob bakes [2] and [5] so on.";
  models_.generator->finish = models::FinishReason::kLength;
  AnswerRequest wanted = Question("who bakes?");
  wanted.max_tokens = 77;
  wanted.temperature = 0.5;
  LAKE_ASSERT_OK_AND_ASSIGN(const Answer answer, Ask(wanted));
  EXPECT_EQ(answer.text, "Bob bakes [2] and so on.");
  EXPECT_EQ(shown_, answer.text);
  EXPECT_THAT(sources_, ElementsAre("A", "B"));
  ASSERT_EQ(answer.citations.size(), 1u);
  EXPECT_EQ(answer.citations[0].n, 2u);
  EXPECT_EQ(answer.citations[0].text, "bob bakes bread");
  EXPECT_EQ(answer.style, AnswerStyle::kGenerative);
  EXPECT_EQ(answer.model, "scripted");
  EXPECT_EQ(answer.finish, models::FinishReason::kLength);
  EXPECT_FALSE(answer.sources_truncated);
  EXPECT_EQ(models_.generator->asked.max_tokens, 77u);
  EXPECT_EQ(models_.generator->asked.temperature, 0.5);
}

TEST_F(AnswerTest, WhatCitesNothingIsNotShown) {
  Generate();
  models_.generator->says = "Everybody knows that Carl sings [3].";
  LAKE_ASSERT_OK_AND_ASSIGN(const Answer answer, Ask(Question("who sings?")));
  EXPECT_EQ(answer.text, "no support found");
  EXPECT_FALSE(answer.supported);
  EXPECT_THAT(answer.citations, IsEmpty());
  EXPECT_EQ(shown_, "no support found");
  EXPECT_THAT(sources_, IsEmpty());
}

TEST_F(AnswerTest, AModelThatReadsLessGetsFewerSources) {
  Generate();
  models_.generator->most_bytes = 80;  // One source and the question.
  LAKE_ASSERT_OK_AND_ASSIGN(const Answer answer, Ask(Question("who mends?")));
  EXPECT_TRUE(answer.supported && answer.sources_truncated);
  EXPECT_THAT(sources_, ElementsAre("A"));
  EXPECT_THAT(models_.generator->asked.messages[1].content, Not(HasSubstr("bob")));
  models_.generator->most_bytes = 10;
  const Result<Answer> none = Ask(Question("who mends?"));
  ASSERT_THAT(none, IsError(ErrorCode::kInvalidArgument, "prompt_too_long"));
  EXPECT_EQ(none.error().details().back().pointer, "/question");
}

// Some providers notice only when they have answered that they did not read it all.
TEST_F(AnswerTest, WhatWasShownIsNotWrittenAgain) {
  Generate();
  models_.generator->fails_with = InvalidArgument("prompt_too_long", "too long");
  EXPECT_THAT(Ask(Question("who mends?")), IsError(ErrorCode::kInvalidArgument, "prompt_too_long"));
  EXPECT_EQ(shown_, "Ada mends engines [1].");
  models_.generator->says = "Nothing cited";  // Nor shown: fewer sources are tried, down to none.
  EXPECT_THAT(Ask(Question("who mends?")), IsError(ErrorCode::kInvalidArgument, "prompt_too_long"));
  EXPECT_THAT(models_.generator->asked.messages[1].content, Not(HasSubstr("bob")));
}

TEST_F(AnswerTest, SentencesAreComparedByTheModelOfTheIndex) {
  search_.model_version = "another";
  EXPECT_THAT(Ask(Question("who mends engines")), IsError(ErrorCode::kFailedPrecondition, "model_changed"));
}

TEST_F(AnswerTest, TheStyleAndTheModelAreTheCallers) {
  Generate();
  AnswerRequest extractive = Question("who mends engines");
  extractive.style = AnswerStyle::kExtractive;
  LAKE_ASSERT_OK_AND_ASSIGN(const Answer answer, Ask(extractive));
  EXPECT_EQ(answer.style, AnswerStyle::kExtractive);
  extractive.model = "scripted";
  EXPECT_THAT(Ask(extractive), IsError(ErrorCode::kInvalidArgument, "model_not_used"));
  AnswerRequest unknown = Question("who mends engines");
  unknown.model = "other";
  const Result<Answer> refused = Ask(unknown);
  ASSERT_THAT(refused, IsError(ErrorCode::kNotFound, "model_not_found"));
  EXPECT_EQ(refused.error().details().back().pointer, "/model");
  models_.generator = nullptr;
  AnswerRequest generative = Question("who mends engines");
  generative.style = AnswerStyle::kGenerative;
  EXPECT_THAT(Ask(generative), IsError(ErrorCode::kFailedPrecondition, "no_default_model"));
}

TEST_F(AnswerTest, TheSearchIsTheCallers) {
  AnswerRequest wanted = Question("who");
  wanted.k = 3;
  wanted.filter = "x = 1";
  wanted.doc_ids = {"A"};
  wanted.rerank = search::Rerank{.model = "r"};
  wanted.mode = search::SearchMode::kText;
  LAKE_ASSERT_OK(Ask(wanted));
  EXPECT_EQ(search_.asked.k, 3u);
  EXPECT_EQ(search_.asked.filter, "x = 1");
  EXPECT_EQ(search_.asked.doc_ids->at(0), "A");
  EXPECT_EQ(search_.asked.rerank->model, "r");
  EXPECT_EQ(search_.asked.mode, search::SearchMode::kText);
  search_.error = InvalidArgument("empty_text", "nothing").WithDetail("/query", "nothing");
  const Result<Answer> refused = Ask(wanted);
  ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument, "empty_text"));
  EXPECT_EQ(refused.error().details()[0].pointer, "/question");
}

TEST_F(AnswerTest, QuestionsAreBounded) {
  EXPECT_THAT(Ask(Question("")), IsError(ErrorCode::kInvalidArgument, "no_question"));
  EXPECT_THAT(Ask(Question(std::string(kMaxQuestionBytes + 1, 'x'))),
              IsError(ErrorCode::kInvalidArgument, "question_too_long"));
}

TEST_F(AnswerTest, ErrorsOfModelAndListenerAreTheAnswers) {
  Generate();
  models_.generator->fails_with = Unavailable("provider_cut", "cut");
  EXPECT_THAT(Ask(Question("who")), IsError(ErrorCode::kUnavailable, "provider_cut"));
  models_.generator->fails_with.reset();
  heard_ = Cancelled("client_gone", "gone");
  EXPECT_THAT(Ask(Question("who")), IsError(ErrorCode::kCancelled, "client_gone"));
  heard_ = {};
  CancelSource stop;
  context_.cancel = stop.token();
  stop.Cancel("client_gone");
  EXPECT_THAT(Ask(Question("who")), IsError(ErrorCode::kCancelled, "client_gone"));
}

TEST_F(AnswerTest, WhatItIsMadeOfIsOnRecordBefore) {
  Generate();
  models_.generator->says = "So it is [2].";
  LAKE_ASSERT_OK(Ask(Question("who bakes?")));
  service_.reset();
  const std::vector<access::AuditRecord> records = Records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].operation, "answer");
  EXPECT_EQ(records[0].statement, "answer from notes by scripted, documents A/0 B/0: 'who bakes?'");
  EXPECT_EQ(records[0].tables.at(0).dataset, "notes");
  EXPECT_EQ(records[0].rows, 1u);
}

TEST_F(AnswerTest, RefusalsAreOnRecord) {
  search_.error = PermissionDenied("column_not_clear", "no");
  EXPECT_THAT(Ask(Question("who")), IsError(ErrorCode::kPermissionDenied, "column_not_clear"));
  const std::vector<access::AuditRecord> records = Records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].decision, access::AuditDecision::kDenied);
  EXPECT_EQ(records[0].error, "column_not_clear");
}

}  // namespace
}  // namespace lake::answers
