// Goal: Ollama is spoken to as its interface says, what it does is what was asked, and whatever goes wrong on
// the way has an error of its own, soon, without a key or a text in it. Method: a fake one that goes wrong by
// the name of the model. The real one is in the long run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "lake/common/cancel.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/models/remote_models.h"
#include "lake/models_testing/fake_model_server.h"

namespace lake::models::ollama_test {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

class OllamaTest : public testing::Test {
 protected:
  OllamaTest() { Open({}, {}); }

  void Open(RemoteLimits limits, PromptPrefix prefix) {
    limits.retry = milliseconds(1);
    ollama_ = MakeOllama({.server = {.name = "ollama", .url = server_.url(), .limits = limits},
                          .context_tokens = 4096,
                          .prompt_prefix = std::move(prefix)},
                         log_);
  }

  Result<Embeddings> Embed(std::string_view name, const std::vector<std::string>& texts) {
    return Embed(Context{}, name, texts);
  }
  Result<Embeddings> Embed(const Context& context, std::string_view name,
                           const std::vector<std::string>& texts) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<Embedder> embedder,
                          ollama_->FindEmbedder(fmt::format("ollama/{}", name)));
    return embedder->Embed(context, texts);
  }
  Result<Generation> Generate(std::string_view name, const GenerationRequest& request) {
    return Generate(Context{}, name, request);
  }
  Result<Generation> Generate(const Context& context, std::string_view name,
                              const GenerationRequest& request) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<Generator> generator,
                          ollama_->FindGenerator(fmt::format("ollama/{}", name)));
    pieces_.clear();
    return generator->Generate(context, request, [this](std::string_view piece) {
      pieces_.emplace_back(piece);
      return Status();
    });
  }

  FakeModelServer server_;
  CaptureLog log_;
  std::unique_ptr<Provider> ollama_;
  std::vector<std::string> pieces_;
};

TEST_F(OllamaTest, VectorsAreOfUnitLengthInTheOrderOfTheTexts) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings made, Embed("words", {"a b", "c", "a b"}));
  EXPECT_EQ(made.model.name, "ollama/words");
  EXPECT_EQ(made.model.digest.size(), 64u);
  EXPECT_EQ(made.model.dimension, 16u);
  EXPECT_EQ(made.tokens, 5u);
  ASSERT_EQ(made.values.size(), 48u);
  double squares = 0;
  for (const float x : made.Vector(0)) squares += static_cast<double>(x) * x;
  EXPECT_NEAR(squares, 1, 1e-6);
  EXPECT_TRUE(std::ranges::equal(made.Vector(0), made.Vector(2)));
  EXPECT_FALSE(std::ranges::equal(made.Vector(0), made.Vector(1)));
  const JsonValue body = server_.LastBody("/api/embed");
  EXPECT_EQ(WriteJson(*body.Find("options")), R"({"num_ctx":8})") << "it was trained for 8";
  EXPECT_EQ(*body.Find("keep_alive"), JsonValue(300));
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings none, Embed("words", {}));
  EXPECT_EQ(none.model, made.model);
}

TEST_F(OllamaTest, ManyTextsGoInSeveralCalls) {
  std::vector<std::string> texts;
  for (int i = 0; i < 150; ++i) texts.push_back(fmt::format("w{}", i));
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings made, Embed("words", texts));
  EXPECT_EQ(server_.Count("/api/embed"), 3u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings one, Embed("words", {"w149"}));
  EXPECT_TRUE(std::ranges::equal(made.Vector(149), one.Vector(0)));
}

TEST_F(OllamaTest, ALongTextIsCutAndNamed) {
  const std::string fits = "1 2 3 4 5 6 7 8", too_long = "1 2 3 4 5 6 7 8 9";
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings made, Embed("words", {fits, too_long, "x", too_long}));
  EXPECT_THAT(made.truncated, ElementsAre(1, 3));
  EXPECT_TRUE(std::ranges::equal(made.Vector(0), made.Vector(1)));
  EXPECT_FALSE(std::ranges::equal(made.Vector(1), made.Vector(2)));
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings alone, Embed("words", {too_long}));
  EXPECT_THAT(alone.truncated, ElementsAre(0));
}

TEST_F(OllamaTest, TheFingerprintIsOfOneModelUnderAnyOfItsNames) {
  const auto print = [this](std::string_view name) {
    return (*ollama_->FindEmbedder(name))->Fingerprint(Context{});
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const ModelFingerprint first, print("ollama/words"));
  LAKE_ASSERT_OK_AND_ASSIGN(const ModelFingerprint latest, print("ollama/words:latest"));
  EXPECT_EQ(first, latest);
  EXPECT_EQ(first.dimension, 16u);
  EXPECT_EQ(server_.Count("/api/embed"), 1u) << "the dimension is asked for once";
  Open({}, {.model = "ollama/words:latest", .prefix = "query: "});
  LAKE_ASSERT_OK_AND_ASSIGN(const ModelFingerprint prefixed, print("ollama/words"));
  EXPECT_EQ(prefixed.prompt_prefix, "query: ");
  LAKE_ASSERT_OK(Embed("words", {"a"}));
  EXPECT_EQ(WriteJson(*server_.LastBody("/api/embed").Find("input")), R"(["query: a"])");
}

TEST_F(OllamaTest, AnotherModelUnderTheNameHasAnotherFingerprint) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings before, Embed("words", {"a"}));
  server_.ReplaceWords();
  ollama_->List(Context{});  // What it is asked for anew now would be so after some seconds anyway.
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings after, Embed("words", {"a"}));
  EXPECT_NE(before.model.digest, after.model.digest);
}

TEST_F(OllamaTest, TextComesInPiecesAndWhole) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Generation made,
                            Generate("talker", {.prompt = "it rains today", .seed = 7, .stop = {"x"}}));
  EXPECT_EQ(made.text, "it rains today");
  EXPECT_THAT(pieces_, ElementsAre("it ", "rains ", "today"));
  EXPECT_EQ(made.finish, FinishReason::kStop);
  EXPECT_EQ(made.prompt_tokens, 3u);
  EXPECT_EQ(made.tokens, 3u);
  EXPECT_EQ(made.model.name, "ollama/talker");
  const JsonValue body = server_.LastBody("/api/generate");
  EXPECT_EQ(WriteJson(*body.Find("options")),
            R"({"num_ctx":4096,"num_predict":512,"temperature":0.0,"seed":7,"stop":["x"]})");
  EXPECT_EQ(body.Find("think"), nullptr);
}

TEST_F(OllamaTest, AConversationIsHeldAndMayBeTooLong) {
  const std::vector<ChatMessage> messages = {{.role = ChatRole::kSystem, .content = "be short"},
                                             {.role = ChatRole::kUser, .content = "one two three"}};
  LAKE_ASSERT_OK_AND_ASSIGN(const Generation made,
                            Generate("thinker", {.messages = messages, .max_tokens = 2}));
  EXPECT_EQ(made.text, "one two ");
  EXPECT_EQ(made.finish, FinishReason::kLength);
  const JsonValue body = server_.LastBody("/api/chat");
  EXPECT_EQ(*body.Find("think"), JsonValue(false));
  EXPECT_EQ(WriteJson(body.Find("messages")->as_array().front()),
            R"({"role":"system","content":"be short"})");
  // An Ollama that cuts the prompt itself says so only by the number of its tokens.
  std::string long_prompt;
  for (int i = 0; i < 4096; ++i) long_prompt += "a ";
  EXPECT_THAT(Generate("talker", {.prompt = long_prompt}),
              IsError(ErrorCode::kInvalidArgument, "prompt_too_long"));
}

TEST_F(OllamaTest, ModelsAreListedWithWhatTheyDo) {
  LAKE_ASSERT_OK(ollama_->LoadModel(Context{}, "ollama/words"));
  const ModelList list = ollama_->List(Context{});
  ASSERT_EQ(list.providers.size(), 1u);
  EXPECT_FALSE(list.providers[0].problem.has_value());
  const auto find = [&](std::string_view name) {
    return *std::ranges::find(list.models, name, &ModelInfo::name);
  };
  const ModelInfo words = find("ollama/words");
  EXPECT_THAT(words.tasks, ElementsAre(ModelTask::kEmbed));
  EXPECT_TRUE(words.loaded);
  EXPECT_EQ(words.max_tokens, 8u);
  EXPECT_EQ(words.digest->size(), 64u);
  EXPECT_FALSE(find("ollama/talker").loaded);
  EXPECT_THAT(find("ollama/talker").tasks, ElementsAre(ModelTask::kGenerate));
  EXPECT_TRUE(find("ollama/alias-of-remote").problem.has_value());
  EXPECT_TRUE(find("ollama/alias-of-remote").tasks.empty());
}

TEST_F(OllamaTest, MemoryIsLoadedShownAndFreed) {
  LAKE_ASSERT_OK(ollama_->LoadModel(Context{}, "ollama/words"));
  LAKE_ASSERT_OK(ollama_->LoadModel(Context{}, "ollama/talker"));
  std::vector<ProviderMemory> memory = ollama_->Memory(Context{});
  ASSERT_EQ(memory.size(), 1u);
  ASSERT_EQ(memory[0].models.size(), 2u);
  EXPECT_EQ(memory[0].models[0].name, "ollama/talker");
  EXPECT_EQ(memory[0].models[0].context_tokens, 4096u);
  EXPECT_EQ(memory[0].models[0].gpu_bytes, 500u);
  EXPECT_EQ(memory[0].models[1].context_tokens, 8u);
  LAKE_ASSERT_OK(ollama_->UnloadModel(Context{}, "ollama/words"));
  EXPECT_EQ(ollama_->Memory(Context{})[0].models.size(), 1u);
  EXPECT_EQ(*server_.LastBody("/api/generate").Find("keep_alive"), JsonValue(0));
  EXPECT_THAT(ollama_->LoadModel(Context{}, "ollama/wrods"),
              IsError(ErrorCode::kNotFound, "model_not_found"));
}

TEST_F(OllamaTest, CloudModelsAreRefused) {
  for (const std::string_view name : {"gpt-oss:120b-cloud", "gpt-oss:cloud", "x-CLOUD", "gpt-cloud"})
    EXPECT_THAT(Embed(name, {"a"}), IsError(ErrorCode::kFailedPrecondition, "cloud_model_refused")) << name;
  EXPECT_EQ(server_.seen().size(), 0u) << "not even asked about";
  EXPECT_THAT(Generate("alias-of-remote", {.prompt = "a"}),
              IsError(ErrorCode::kFailedPrecondition, "cloud_model_refused"));
  EXPECT_EQ(server_.Count("/api/generate"), 0u);
}

TEST_F(OllamaTest, ModelsThatAreNotThereOrDoSomethingElse) {
  const Result<Embeddings> unknown = Embed("wrods", {"a"});
  ASSERT_THAT(unknown, IsError(ErrorCode::kNotFound, "model_not_found"));
  EXPECT_EQ(unknown.error().message(),
            "the provider 'ollama' has no model 'wrods'; did you mean 'ollama/words'?");
  EXPECT_THAT(Embed("talker", {"a"}), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  EXPECT_THAT(Generate("words", {.prompt = "a"}),
              IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  EXPECT_THAT(ollama_->FindReranker("ollama/words"),
              IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  for (const std::string_view name : {"", "a b", "../x\n", "a?b"})
    EXPECT_THAT(Embed(name, {"a"}), IsError(ErrorCode::kNotFound, "model_not_found")) << name;
  EXPECT_THAT(Embed("words", {"a", " "}), IsError(ErrorCode::kInvalidArgument, "empty_text"));
  EXPECT_THAT(Embed("words", {"\xC3("}), IsError(ErrorCode::kInvalidArgument, "bad_text"));
  EXPECT_THAT(Generate("talker", {}), IsError(ErrorCode::kInvalidArgument, "bad_generation"));
}

TEST_F(OllamaTest, WhatIsBusyIsAskedAgain) {
  LAKE_EXPECT_OK(Embed("busy-once", {"a"}));
  EXPECT_EQ(server_.Count("/api/embed"), 2u);
  EXPECT_THAT(Embed("busy", {"a"}), IsError(ErrorCode::kUnavailable, "provider_busy"));
  EXPECT_EQ(server_.Count("/api/embed"), 5u);
}

/// Alone with short limits: whoever else is slow on a busy machine has not failed.
TEST_F(OllamaTest, WhoIsSilentIsTooSlow) {
  Open({.first_byte = milliseconds(300), .between_bytes = milliseconds(200)}, {});
  for (const std::string_view model : {"slow", "stalls"}) {
    EXPECT_THAT(Embed(model, {"a"}), IsError(ErrorCode::kUnavailable, "provider_too_slow")) << model;
    EXPECT_THAT(Generate(model, {.prompt = "a"}), IsError(ErrorCode::kUnavailable, "provider_too_slow"))
        << model;
  }
}

TEST_F(OllamaTest, EveryFailureHasItsError) {
  const std::vector<std::pair<std::string_view, std::string_view>> embeds = {
      {"cut", "provider_cut"},
      {"broken", "bad_provider_answer"},
      {"crashes", "provider_failed"},
      {"few-vectors", "bad_provider_answer"},
      {"mixed-vectors", "bad_provider_answer"},
      {"odd-vectors", "bad_provider_answer"},
      {"zero-vectors", "bad_provider_answer"},
      {"no-http", "bad_provider_answer"},
      {"huge", "bad_provider_answer"}};
  for (const auto& [model, reason] : embeds)
    EXPECT_THAT(Embed(model, {"secret", "b c"}), IsError(ErrorCode::kUnavailable, std::string(reason)))
        << model;
  const std::vector<std::pair<std::string_view, std::string_view>> generates = {
      {"cut", "provider_cut"},           {"ends-early", "provider_cut"}, {"broken", "bad_provider_answer"},
      {"error-line", "provider_failed"}, {"crashes", "provider_failed"}, {"no-http", "bad_provider_answer"},
      {"huge", "bad_provider_answer"}};
  for (const auto& [model, reason] : generates) {
    const Result<Generation> made = Generate(model, {.prompt = "secret"});
    ASSERT_THAT(made, IsError(ErrorCode::kUnavailable, std::string(reason))) << model;
    EXPECT_EQ(made.error().ToString().find("secret"), std::string::npos);
  }
  EXPECT_THAT(Embed("no-memory", {"a"}), IsError(ErrorCode::kResourceExhausted, "model_memory"));
}

TEST_F(OllamaTest, WhoGivesUpIsNotKeptWaitingAndNeitherIsOllama) {
  LAKE_ASSERT_OK(Embed("words", {"a"}));
  EXPECT_THAT(Embed({.deadline = Deadline::After(milliseconds(100))}, "slow", {"a"}),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  EXPECT_EQ(server_.WaitUntilGone(1), 1u) << "the connection is closed";
  CancelSource source;
  const Context context = {.cancel = source.token()};
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Generator> generator,
                            ollama_->FindGenerator("ollama/stalls"));
  const Result<Generation> made = generator->Generate(context, {.prompt = "a"}, [&](std::string_view) {
    std::thread([&source] { source.Cancel("client_gone"); }).join();
    return Status();
  });
  EXPECT_THAT(made, IsError(ErrorCode::kCancelled, "client_gone"));
  EXPECT_EQ(server_.WaitUntilGone(2), 2u);
}

TEST_F(OllamaTest, TheListenersErrorEndsTheText) {
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Generator> generator,
                            ollama_->FindGenerator("ollama/talker"));
  size_t pieces = 0;
  const Result<Generation> made =
      generator->Generate(Context{}, {.prompt = "one two three"}, [&](std::string_view) -> Status {
        ++pieces;
        return Cancelled("client_gone", "nobody listens");
      });
  EXPECT_THAT(made, IsError(ErrorCode::kCancelled, "client_gone"));
  EXPECT_EQ(pieces, 1u);
}

TEST_F(OllamaTest, AModelThatKeepsFailingIsLeftAloneForAWhile) {
  const auto fail_twice = [this] {
    for (int i = 0; i < 2; ++i)
      EXPECT_THAT(Embed("crashes", {"a"}), IsError(ErrorCode::kUnavailable, "provider_failed"));
  };
  Open({.failures_until_rest = 2, .rest = std::chrono::hours(1)}, {});
  fail_twice();
  EXPECT_THAT(Embed("crashes", {"a"}), IsError(ErrorCode::kUnavailable, "provider_resting"));
  EXPECT_EQ(server_.Count("/api/embed"), 2u);
  LAKE_EXPECT_OK(Embed("words", {"a"}));  // Others are not concerned.
  Open({.failures_until_rest = 2, .rest = milliseconds(50)}, {});
  fail_twice();
  server_.Repair();
  Result<Embeddings> again = Embed("crashes", {"a"});
  while (!again.ok() && again.error().Is("provider_resting")) again = Embed("crashes", {"a"});
  LAKE_EXPECT_OK(again);
  LAKE_EXPECT_OK(Embed("crashes", {"a"}));
}

TEST_F(OllamaTest, SoManyAtOnceAndNoMore) {
  Open({.max_in_flight = 1, .max_waiting = 0}, {});
  CancelSource source;
  std::thread busy([&] {
    EXPECT_THAT(Embed({.cancel = source.token()}, "slow", {"a"}), IsError(ErrorCode::kCancelled, "enough"));
  });
  while (server_.Count("/api/embed") == 0) std::this_thread::yield();
  EXPECT_THAT(Embed("slow", {"a"}), IsError(ErrorCode::kResourceExhausted, "models_busy"));
  LAKE_EXPECT_OK(Embed("words", {"a"}));  // Another model has places of its own.
  source.Cancel("enough");
  busy.join();
}

TEST_F(OllamaTest, WhoWaitsForAPlaceGetsItOrGivesUp) {
  Open({.max_in_flight = 1, .max_waiting = 1}, {});
  CancelSource source;
  std::thread busy([&] {
    EXPECT_THAT(Embed({.cancel = source.token()}, "slow", {"a"}), IsError(ErrorCode::kCancelled, "enough"));
  });
  while (server_.Count("/api/embed") == 0) std::this_thread::yield();
  EXPECT_THAT(Embed({.deadline = Deadline::After(milliseconds(50))}, "slow", {"a"}),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  EXPECT_EQ(server_.Count("/api/embed"), 1u) << "the other one waited here";
  std::thread next([&] {
    EXPECT_THAT(Embed({.deadline = Deadline::After(std::chrono::seconds(30)), .cancel = source.token()},
                      "slow", {"a"}),
                IsError(ErrorCode::kCancelled, "enough"));
  });
  source.Cancel("enough");
  busy.join();
  next.join();
}

TEST_F(OllamaTest, OneThatIsNotThereIsSaidInLists) {
  ollama_ = MakeOllama({.server = {.name = "ollama", .url = "http://127.0.0.1:1"}}, log_);
  const ModelList list = ollama_->List(Context{});
  EXPECT_TRUE(list.models.empty());
  EXPECT_EQ(list.providers.at(0).problem, "ollama: the provider cannot be reached");
  EXPECT_EQ(ollama_->Memory(Context{}).at(0).problem, "ollama: the provider cannot be reached");
  EXPECT_THAT(Embed("words", {"a"}), IsError(ErrorCode::kUnavailable, "provider_unreachable"));
}

TEST(ProviderUrlTest, PlainHttpIsForLoopback) {
  for (const char* url : {"http://127.0.0.1:11434", "http://localhost:1", "http://[::1]:1",
                          "http://localhost", "https://api.example.org", "https://example.org:8443/openai"})
    LAKE_EXPECT_OK(CheckProviderUrl(url, PlainHttp::kLoopbackOnly));
  for (const char* url :
       {"", "ftp://localhost", "http://gpu:11434", "http://127.0.0.1.example.org", "localhost:1", "https://",
        "https://user:key@example.org", "https://example.org/", "https://a b", "https://example.org?key=x",
        "http://localhost@example.org", "http://[::1].example.org"})
    EXPECT_THAT(CheckProviderUrl(url, PlainHttp::kLoopbackOnly),
                IsError(ErrorCode::kInvalidArgument, "bad_config"))
        << url;
  LAKE_EXPECT_OK(CheckProviderUrl("http://gpu:11434", PlainHttp::kAnywhere));
}

}  // namespace
}  // namespace lake::models::ollama_test
