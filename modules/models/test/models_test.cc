// Goal: several providers are one; a name finds its provider, nobody's name finds the default one, and what
// was done is written down without a word of the texts. Method: providers made of fakes.
#include "lake/models/models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/models_testing/fake_models.h"
#include "request_checks.h"

namespace lake::models {
namespace {

using testing::ElementsAre;

class ModelsTest : public testing::Test {
 protected:
  ModelsTest() { Open({.embedding = "near", .generation = "far/talker"}); }

  void Open(const DefaultModels& defaults) {
    std::vector<NamedProvider> providers;
    const auto before = [this](const Context&) { return fails_with_; };
    providers.push_back({std::string(kBuiltInProvider), std::make_unique<FakeModels>(FakeEmbedder::Options{
                                                            .name = "near", .before = before})});
    providers.push_back(
        {"far", std::make_unique<FakeModels>(FakeEmbedder::Options{.name = "far/words:latest"},
                                             FakeGenerator::Options{.name = "far/talker"})});
    models_ = Models::Make(std::move(providers), defaults, log_);
  }

  Result<std::string> NameOfEmbedder(std::string_view name) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<Embedder> embedder, models_->FindEmbedder(name));
    LAKE_ASSIGN_OR_RETURN(const ModelFingerprint print, embedder->Fingerprint(Context{}));
    return print.name;
  }

  CaptureLog log_;
  Status fails_with_;
  std::unique_ptr<Models> models_;
};

TEST_F(ModelsTest, ANameFindsItsProvider) {
  for (const std::string_view name : {"near", "", "far/words:latest"}) {
    LAKE_ASSERT_OK_AND_ASSIGN(const std::string found, NameOfEmbedder(name));
    EXPECT_EQ(found, name.empty() ? "near" : name);
  }
  for (const std::string_view name : {"other", "far/other", "elsewhere/near", "built-in/near", "/near"})
    EXPECT_THAT(NameOfEmbedder(name), IsError(ErrorCode::kNotFound, "model_not_found")) << name;
  EXPECT_EQ(NameOfEmbedder("fsr/near").error().message(),
            "there is no model 'fsr/near': no provider 'fsr' is configured; did you mean 'far'?");
}

TEST_F(ModelsTest, WithoutADefaultAModelMustBeNamed) {
  LAKE_EXPECT_OK(models_->FindGenerator(""));
  Open({.embedding = ""});
  EXPECT_THAT(models_->FindEmbedder(""), IsError(ErrorCode::kFailedPrecondition, "no_default_model"));
  EXPECT_THAT(models_->FindGenerator(""), IsError(ErrorCode::kFailedPrecondition, "no_default_model"));
}

TEST_F(ModelsTest, ARerankerThatIsHereNeedsNoConfiguration) {
  LAKE_EXPECT_OK(models_->FindReranker(""));
  Open({.embedding = "near", .reranking = "far/other"});
  EXPECT_THAT(models_->FindReranker(""), IsError(ErrorCode::kNotFound, "model_not_found"));
  // Texts do not leave because some provider elsewhere could rank them.
  std::vector<NamedProvider> elsewhere;
  elsewhere.push_back({"far", std::make_unique<FakeModels>(FakeEmbedder::Options{})});
  const auto models = Models::Make(std::move(elsewhere), {.embedding = "near"}, log_);
  EXPECT_THAT(models->FindReranker(""), IsError(ErrorCode::kFailedPrecondition, "no_default_model"));
}

TEST_F(ModelsTest, TheListHasAllInOrderAndTheDefaultsOfThisServer) {
  std::vector<std::string> names;
  std::vector<std::string> defaults;
  for (const ModelInfo& model : models_->List(Context{}).models) {
    names.push_back(model.name);
    if (!model.default_for.empty()) defaults.push_back(model.name);
  }
  EXPECT_THAT(names, ElementsAre("fake-ranker", "fake-ranker", "fake-talker", "far/talker",
                                 "far/words:latest", "near"));
  // Both providers have one of that name here.
  EXPECT_THAT(defaults, ElementsAre("fake-ranker", "fake-ranker", "far/talker", "near"));
}

TEST_F(ModelsTest, MemoryIsThatOfTheRightProvider) {
  LAKE_ASSERT_OK(models_->LoadModel(Context{}, "far/words:latest"));
  std::vector<ProviderMemory> memory = models_->Memory(Context{});
  ASSERT_EQ(memory.size(), 2u);
  EXPECT_TRUE(memory[0].models.empty());
  ASSERT_EQ(memory[1].models.size(), 1u);
  EXPECT_EQ(memory[1].models[0].name, "far/words:latest");
  LAKE_ASSERT_OK(models_->UnloadModel(Context{}, "far/words:latest"));
  EXPECT_TRUE(models_->Memory(Context{})[1].models.empty());
  EXPECT_THAT(models_->LoadModel(Context{}, "nowhere/x"), IsError(ErrorCode::kNotFound, "model_not_found"));
}

TEST_F(ModelsTest, WhatItCostIsWrittenDownWithoutTheTexts) {
  const Context context = {.trace_id = "t-1"};
  LAKE_ASSERT_OK_AND_ASSIGN(const auto embedder, models_->FindEmbedder(""));
  LAKE_ASSERT_OK(embedder->Embed(context, std::vector<std::string>{"secret one", "secret"}));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto generator, models_->FindGenerator(""));
  LAKE_ASSERT_OK(generator->Generate(context, {.prompt = "secret three words"}, {}));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto reranker, models_->FindReranker("fake-ranker"));
  LAKE_ASSERT_OK(reranker->Rank(context, "secret", std::vector<std::string>{"s"}));
  std::vector<std::string> lines;
  for (const CaptureLog::Event& event : log_.events()) {
    EXPECT_EQ(event.name, "model_used");
    EXPECT_EQ(WriteJson(event.fields).find("secret"), std::string::npos);
    EXPECT_EQ(event.fields.FindString("trace_id"), "t-1");
    lines.push_back(fmt::format("{} {} {} {}", event.fields.FindString("task"),
                                event.fields.FindString("model"), event.fields.Find("tokens_in")->as_int(),
                                event.fields.Find("tokens_out")->as_int()));
  }
  EXPECT_THAT(lines, ElementsAre("embed near 3 0", "generate far/talker 3 3", "rerank fake-ranker 0 0"));
}

TEST_F(ModelsTest, WhyItFailedIsWrittenDownWhenOnlyTheLogMayKnow) {
  fails_with_ = Unavailable("provider_failed", "the provider failed").WithCause("out of luck");
  LAKE_ASSERT_OK_AND_ASSIGN(const auto embedder, models_->FindEmbedder(""));
  EXPECT_THAT(embedder->Embed(Context{}, std::vector<std::string>{"secret"}),
              IsError(ErrorCode::kUnavailable, "provider_failed"));
  fails_with_ = InvalidArgument("bad_text", "no cause");
  EXPECT_FALSE(embedder->Embed(Context{}, std::vector<std::string>{"secret"}).ok());
  ASSERT_EQ(log_.events().size(), 1u);
  EXPECT_EQ(log_.events()[0].name, "model_failed");
  EXPECT_EQ(WriteJson(log_.events()[0].fields),
            R"({"trace_id":"","model":"near","reason":"provider_failed","cause":"out of luck"})");
}

TEST_F(ModelsTest, RequestsHaveBounds) {
  const auto pointer = [](const GenerationRequest& request) {
    const Status checked = CheckGeneration(request);
    EXPECT_THAT(checked, IsError(ErrorCode::kInvalidArgument, "bad_generation"));
    return checked.ok() ? "" : checked.error().details().at(0).pointer;
  };
  const ChatMessage user = {.role = ChatRole::kUser, .content = "a"};
  EXPECT_EQ(pointer({}), "/prompt");
  EXPECT_EQ(pointer({.prompt = "a", .messages = {user}}), "/messages");
  EXPECT_EQ(pointer({.prompt = "\xC3("}), "/prompt");
  EXPECT_EQ(pointer({.prompt = std::string(kMaxPromptBytes + 1, 'a')}), "/prompt");
  EXPECT_EQ(pointer({.messages = std::vector<ChatMessage>(kMaxMessages + 1, user)}), "/messages");
  EXPECT_EQ(pointer({.messages = {user, {.role = ChatRole::kAssistant, .content = "b"}}}), "/messages/1");
  EXPECT_EQ(pointer({.messages = {user, {.content = "\xFF"}}}), "/messages/1");
  EXPECT_EQ(pointer({.prompt = "a", .max_tokens = 0}), "/max_tokens");
  EXPECT_EQ(pointer({.prompt = "a", .max_tokens = kMaxGeneratedTokens + 1}), "/max_tokens");
  EXPECT_EQ(pointer({.prompt = "a", .temperature = 2.5}), "/temperature");
  EXPECT_EQ(pointer({.prompt = "a", .stop = {"x", ""}}), "/stop/1");
  EXPECT_EQ(pointer({.prompt = "a", .stop = std::vector<std::string>(kMaxStops + 1, "x")}), "/stop");
  LAKE_EXPECT_OK(CheckGeneration({.messages = {{.role = ChatRole::kSystem, .content = "s"}, user}}));
}

}  // namespace
}  // namespace lake::models
