// Goal: OpenAI-compatible servers and reranking servers are spoken to as their interfaces say, only about
// what is configured, with a key that nobody else ever sees; what they answer wrongly is an error. Method:
// the fake server, which quotes the key when it does not like it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/models/remote_models.h"
#include "lake/models_testing/fake_model_server.h"

namespace lake::models::openai_test {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

constexpr const char* kKey = "sk-very-secret";

RemoteServerOptions At(const FakeModelServer& server, std::string name, std::string key) {
  return {.name = std::move(name),
          .url = server.url(),
          .api_key = std::move(key),
          .limits = {.retry = milliseconds(1)}};
}

class OpenAiTest : public testing::Test {
 protected:
  OpenAiTest() { Open(At(server_, "openai", kKey)); }

  void Open(RemoteServerOptions server) {
    openai_ = MakeOpenAi({.server = std::move(server),
                          .embedding_models = {"words", "few-vectors", "mixed-vectors", "odd-vectors",
                                               "broken", "crashes", "slow", "cut"},
                          .generation_models = {"talker", "stalls", "cut", "ends-early", "broken",
                                                "error-line", "crashes", "words"},
                          .version = "2026-11",
                          .prompt_prefix = {}});
  }
  Result<Embeddings> Embed(std::string_view name, const std::vector<std::string>& texts) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<Embedder> embedder,
                          openai_->FindEmbedder(fmt::format("openai/{}", name)));
    return embedder->Embed(Context{}, texts);
  }
  Result<Generation> Generate(std::string_view name, const GenerationRequest& request) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<Generator> generator,
                          openai_->FindGenerator(fmt::format("openai/{}", name)));
    pieces_.clear();
    return generator->Generate(Context{}, request, [this](std::string_view piece) {
      pieces_.emplace_back(piece);
      return Status();
    });
  }

  FakeModelServer server_{kKey};
  std::unique_ptr<Provider> openai_;
  std::vector<std::string> pieces_;
};

TEST_F(OpenAiTest, VectorsComeInTheOrderOfTheTexts) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings made, Embed("words", {"a", "b b", "c"}));
  EXPECT_EQ(made.model.name, "openai/words");
  EXPECT_EQ(made.model.digest, "declared:2026-11");
  EXPECT_EQ(made.model.dimension, 16u);
  EXPECT_EQ(made.tokens, 3u);
  for (const auto& [text, position] : {std::pair("a", 0), std::pair("b", 1), std::pair("c", 2)}) {
    LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings one, Embed("words", {text}));
    EXPECT_TRUE(std::ranges::equal(one.Vector(0), made.Vector(static_cast<size_t>(position)))) << text;
  }
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings none, Embed("words", {}));
  EXPECT_EQ(none.model, made.model);
}

TEST_F(OpenAiTest, ATextThatIsTooLongIsNamed) {
  const Result<Embeddings> made = Embed("words", {"a", "1 2 3 4 5 6 7 8 9", "b"});
  ASSERT_THAT(made, IsError(ErrorCode::kInvalidArgument, "prompt_too_long"));
  EXPECT_EQ(made.error().details().at(0).pointer, "/1");
}

TEST_F(OpenAiTest, TextComesInPiecesAndWhole) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Generation made,
                            Generate("talker", {.prompt = "it rains today", .max_tokens = 2, .seed = 1}));
  EXPECT_EQ(made.text, "it rains ");
  EXPECT_THAT(pieces_, ElementsAre("it ", "rains "));
  EXPECT_EQ(made.finish, FinishReason::kLength);
  EXPECT_EQ(made.prompt_tokens, 3u);
  EXPECT_EQ(made.tokens, 2u);
  const JsonValue body = server_.LastBody("/v1/chat/completions");
  EXPECT_EQ(WriteJson(*body.Find("messages")), R"([{"role":"user","content":"it rains today"}])");
  EXPECT_EQ(*body.Find("seed"), JsonValue(1));
}

TEST_F(OpenAiTest, OnlyWhatIsConfiguredIsAsked) {
  EXPECT_THAT(Embed("thinker", {"a"}), IsError(ErrorCode::kNotFound, "model_not_found"));
  EXPECT_THAT(Embed("talker", {"a"}), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  EXPECT_THAT(Generate("slow", {.prompt = "a"}), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  EXPECT_TRUE(server_.seen().empty());
  const ModelList list = openai_->List(Context{});
  const ModelInfo words = *std::ranges::find(list.models, "openai/words", &ModelInfo::name);
  EXPECT_THAT(words.tasks, ElementsAre(ModelTask::kEmbed, ModelTask::kGenerate));
  EXPECT_FALSE(list.providers.at(0).problem.has_value());
  EXPECT_THAT(openai_->LoadModel(Context{}, "openai/words"),
              IsError(ErrorCode::kUnimplemented, "memory_not_managed"));
  EXPECT_TRUE(openai_->Memory(Context{}).empty());
}

TEST_F(OpenAiTest, AKeyIsSentAndNeverSaid) {
  LAKE_ASSERT_OK(Embed("words", {"a"}));
  EXPECT_EQ(server_.seen().back().authorization, std::string("Bearer ") + kKey);
  Open(At(server_, "openai", "sk-wrong-one"));
  const Result<Embeddings> refused = Embed("words", {"a"});
  ASSERT_THAT(refused, IsError(ErrorCode::kFailedPrecondition, "provider_refused"));
  EXPECT_EQ(refused.error().ToString().find("sk-"), std::string::npos) << refused.error().ToString();
  const ModelList list = openai_->List(Context{});
  EXPECT_EQ(list.providers.at(0).problem, "the provider 'openai' does not accept this server's key");
  EXPECT_FALSE(list.models.empty());
}

/// Alone with short limits: whoever else is slow on a busy machine has not failed.
TEST_F(OpenAiTest, WhoIsSilentIsTooSlow) {
  RemoteServerOptions server = At(server_, "openai", kKey);
  server.limits.first_byte = milliseconds(300);
  server.limits.between_bytes = milliseconds(200);
  Open(std::move(server));
  EXPECT_THAT(Embed("slow", {"a"}), IsError(ErrorCode::kUnavailable, "provider_too_slow"));
  EXPECT_THAT(Generate("stalls", {.prompt = "a"}), IsError(ErrorCode::kUnavailable, "provider_too_slow"));
}

TEST_F(OpenAiTest, EveryFailureHasItsError) {
  for (const auto& [model, reason] :
       std::vector<std::pair<std::string_view, std::string>>{{"few-vectors", "bad_provider_answer"},
                                                             {"mixed-vectors", "bad_provider_answer"},
                                                             {"odd-vectors", "bad_provider_answer"},
                                                             {"broken", "bad_provider_answer"},
                                                             {"crashes", "provider_failed"},
                                                             {"cut", "provider_cut"}})
    EXPECT_THAT(Embed(model, {"a", "b"}), IsError(ErrorCode::kUnavailable, reason)) << model;
  for (const auto& [model, reason] :
       std::vector<std::pair<std::string_view, std::string>>{{"cut", "provider_cut"},
                                                             {"ends-early", "provider_cut"},
                                                             {"broken", "bad_provider_answer"},
                                                             {"error-line", "provider_failed"},
                                                             {"crashes", "provider_failed"}})
    EXPECT_THAT(Generate(model, {.prompt = "a"}), IsError(ErrorCode::kUnavailable, reason)) << model;
}

class RerankTest : public testing::TestWithParam<RerankShape> {
 protected:
  Result<Ranking> Rank(std::string_view query, const std::vector<std::string>& texts) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<Reranker> reranker, rerank_->FindReranker("rerank/ranker"));
    return reranker->Rank(Context{}, query, texts);
  }

  FakeModelServer server_;
  std::unique_ptr<Provider> rerank_ = MakeRerankServer(
      {.server = At(server_, "rerank", ""), .shape = GetParam(), .model = "ranker", .version = "1"});
};

TEST_P(RerankTest, ScoresAreInTheOrderOfTheTexts) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Ranking ranking, Rank("apples", {"banana", "cherry", "apricot and apple"}));
  EXPECT_THAT(ranking.scores, ElementsAre(0.375, 0, 0.375));
  EXPECT_EQ(ranking.model.name, "rerank/ranker");
  EXPECT_EQ(ranking.model.digest, "declared:1");
  LAKE_ASSERT_OK_AND_ASSIGN(const Ranking none, Rank("a", {}));
  EXPECT_TRUE(none.scores.empty());
}

TEST_P(RerankTest, ManyTextsGoInSeveralCalls) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < 100; ++i) texts.push_back(std::string(i % 7, 'x') + "y");
  LAKE_ASSERT_OK_AND_ASSIGN(const Ranking ranking, Rank("x", texts));
  ASSERT_EQ(ranking.scores.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(ranking.scores[i], 0.125 * static_cast<double>(i % 7));
  EXPECT_EQ(server_.seen().size(), GetParam() == RerankShape::kJina ? 2u : 4u);
}

TEST_P(RerankTest, WhatIsWrongIsRefused) {
  for (const std::string_view query : {"few", "twice", "beyond", "odd"})
    EXPECT_THAT(Rank(query, {"a", "b", "c"}), IsError(ErrorCode::kUnavailable, "bad_provider_answer"))
        << query;
  const Result<Ranking> empty = Rank("a", {"b", ""});
  ASSERT_THAT(empty, IsError(ErrorCode::kInvalidArgument, "empty_text"));
  EXPECT_EQ(empty.error().details().at(0).pointer, "/texts/1");
  EXPECT_EQ(Rank(" ", {"b"}).error().details().at(0).pointer, "/query");
  EXPECT_THAT(Rank("a", std::vector<std::string>(kMaxRankedTexts + 1, "a")),
              IsError(ErrorCode::kInvalidArgument, "too_many_texts"));
  EXPECT_THAT(rerank_->FindReranker("rerank/other"), IsError(ErrorCode::kNotFound, "model_not_found"));
  EXPECT_THAT(rerank_->FindEmbedder("rerank/ranker"),
              IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
}

INSTANTIATE_TEST_SUITE_P(Shapes, RerankTest, testing::Values(RerankShape::kJina, RerankShape::kTei));

}  // namespace
}  // namespace lake::models::openai_test
