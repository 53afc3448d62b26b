// Goal: texts reach the embedder and vectors come back as documented; what goes wrong has its status, its
// pointer and, when waiting helps, Retry-After; who has gone does not keep the model. Method: models that
// count words, over sockets. The real model behind the same routes is in the API goldens.
#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/gateway/routes.h"
#include "lake/gateway_testing/raw_client.h"
#include "lake/gateway_testing/test_server.h"
#include "lake/models_testing/fake_models.h"

namespace lake::gateway::model_routes_test {
namespace {

class ModelRoutesTest : public testing::Test {
 protected:
  ModelRoutesTest() {
    AddModelRoutes(api_, models_);
    AddGenerationRoutes(api_, models_);
    AddModelMemoryRoutes(api_, models_, [this](const Context&) { return gpus_; });
    server_.emplace(api_, HttpServerOptions{}, AuthenticateAsAdmin);
  }

  RawResponse Ask(std::string_view request) { return RawClient(server_->port()).Ask(request); }
  RawResponse Embed(std::string_view body) { return Ask(Post("/ai/embed", body)); }

  Status Before(const Context& context) {
    const CancelRegistration wake = context.cancel.OnCancel([this] {
      MutexLock lock(mutex_);
      changed_.NotifyAll();
    });
    MutexLock lock(mutex_);
    if (!fails_with_.ok()) return fails_with_;
    began_ = true;
    changed_.NotifyAll();
    while (waits_ && !context.cancel.cancelled()) changed_.Wait(mutex_);
    if (context.cancel.cancelled()) ended_with_ = context.cancel.error().reason();
    changed_.NotifyAll();
    return context.CheckAlive();
  }
  void FailWith(Error error) {
    MutexLock lock(mutex_);
    fails_with_ = std::move(error);
  }

  Mutex mutex_;
  CondVar changed_;
  Status fails_with_ LAKE_GUARDED_BY(mutex_);
  bool waits_ LAKE_GUARDED_BY(mutex_) = false;
  bool began_ LAKE_GUARDED_BY(mutex_) = false;
  std::string ended_with_ LAKE_GUARDED_BY(mutex_);
  Result<std::vector<models::GpuMemory>> gpus_ = std::vector<models::GpuMemory>();
  std::function<Status(const Context& context)> before_ = [this](const Context& context) {
    return Before(context);
  };
  models::FakeModels models_{{.dimension = 16, .max_words = 3, .before = before_}, {.before = before_}};
  Api api_;
  std::optional<TestServer> server_;
};

TEST_F(ModelRoutesTest, VectorsComeInTheOrderOfTheTextsAndReadBackAsTheSameFloats) {
  const RawResponse response = Embed(R"({"texts": ["a b c", "a", "a b c d e"]})");
  ASSERT_EQ(response.status, 200) << response.body;
  const JsonValue answer = response.json();
  EXPECT_EQ(answer.FindString("model"), "fake");
  EXPECT_EQ(answer.FindString("model_version").size(), 64u);
  EXPECT_EQ(*answer.Find("dimensions"), JsonValue(16));
  EXPECT_EQ(*answer.Find("tokens"), JsonValue(7));
  EXPECT_EQ(WriteJson(*answer.Find("truncated")), "[2]");
  const JsonValue::Array& vectors = answer.Find("embeddings")->as_array();
  ASSERT_EQ(vectors.size(), 3u);
  EXPECT_EQ(vectors[0], vectors[2]);
  EXPECT_NE(vectors[0], vectors[1]);
  const auto embedder = models_.FindEmbedder("");
  const Result<models::Embeddings> direct = (*embedder)->Embed(Context{}, std::vector<std::string>{"a b c"});
  for (size_t i = 0; i < 16; ++i) {
    const JsonValue& number = vectors[0].as_array()[i];
    const double value = number.is_int() ? static_cast<double>(number.as_int()) : number.as_double();
    EXPECT_EQ(static_cast<float>(value), direct->values[i]);
    EXPECT_LE(WriteJson(number).size(), 12u) << "no more digits than a float has";
  }
}

TEST_F(ModelRoutesTest, WhatIsWrongIsSaidWithItsPlace) {
  const RawResponse empty = Embed(R"({"texts": ["a", ""]})");
  EXPECT_EQ(empty.status, 400);
  EXPECT_EQ(empty.code(), "empty_text");
  EXPECT_EQ(empty.json().Find("errors")->as_array().at(0).FindString("pointer"), "/texts/1");
  const RawResponse unknown = Embed(R"({"texts": ["a"], "model": "other"})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.json().Find("errors")->as_array().at(0).FindString("pointer"), "/model");
  EXPECT_EQ(models_.embedder().texts(), 0u);
}

TEST_F(ModelRoutesTest, ACrowdIsToldToComeBack) {
  for (const std::string_view reason : {"models_busy", "model_memory"}) {
    FailWith(ResourceExhausted(reason, "too much"));
    const RawResponse response = Embed(R"({"texts": ["a"]})");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.code(), reason);
    EXPECT_EQ(response.header("retry-after"), "1");
  }
}

TEST_F(ModelRoutesTest, WhoHasGoneStopsTheModel) {
  {
    MutexLock lock(mutex_);
    waits_ = true;
  }
  RawClient client(server_->port());
  ASSERT_TRUE(client.Send(Post("/ai/embed", R"({"texts": ["a"]})")));
  {
    MutexLock lock(mutex_);
    while (!began_) changed_.Wait(mutex_);
  }
  client.Reset();
  MutexLock lock(mutex_);
  while (ended_with_.empty()) changed_.Wait(mutex_);
  EXPECT_EQ(ended_with_, "client_gone");
}

TEST_F(ModelRoutesTest, TheListIsPaged) {
  const RawResponse response = Ask(Get("/ai/models?limit=1"));
  EXPECT_EQ(response.status, 200);
  const JsonValue page = response.json();
  EXPECT_EQ(WriteJson(page.Find("items")->as_array().at(0)),
            R"({"name":"fake","provider":"fake","tasks":["embed"],"default_for":["embed"],"loaded":false,)"
            R"("model_version":null,"architecture":"words","dimensions":16})");
  EXPECT_EQ(WriteJson(*page.Find("providers")), R"([{"name":"fake"}])");
  const RawResponse next =
      Ask(Get(fmt::format("/ai/models?limit=5&page_token={}", page.FindString("next_page_token"))));
  EXPECT_EQ(next.json().Find("items")->as_array().size(), 2u);
  EXPECT_TRUE(next.json().Find("next_page_token")->is_null());
}

TEST_F(ModelRoutesTest, ATextComesAsEventsOrWhole) {
  const RawResponse whole = Ask(Post("/ai/generate", R"({"prompt": "it rains today"})"));
  ASSERT_EQ(whole.status, 200) << whole.body;
  EXPECT_EQ(whole.json().FindString("text"), "it rains today");
  EXPECT_EQ(whole.json().FindString("finish_reason"), "stop");
  const RawResponse events = Ask(Post("/ai/generate", R"({"prompt": "it rains", "stream": true})"));
  EXPECT_EQ(events.header("content-type"), "text/event-stream");
  EXPECT_EQ(events.body.substr(0, events.body.find("event: done")),
            "event: text\ndata: {\"text\":\"it \"}\n\nevent: text\ndata: {\"text\":\"rains\"}\n\n");
  EXPECT_NE(events.body.find(R"("text":"it rains","finish_reason":"stop","prompt_tokens":2,"tokens":2)"),
            std::string::npos)
      << events.body;
}

TEST_F(ModelRoutesTest, AStreamThatFailsSaysSoInTheStreamOnceItHasBegun) {
  std::atomic<int> pieces = 0;
  before_ = [&](const Context&) -> Status {
    if (++pieces == 2) return Unavailable("provider_cut", "gone");
    return {};
  };
  models::FakeModels failing({}, {.before = before_});
  Api api;
  AddGenerationRoutes(api, failing);
  TestServer server(api);
  const auto ask = [&](std::string_view body) {
    return RawClient(server.port()).Ask(Post("/ai/generate", body));
  };
  const RawResponse late = ask(R"({"prompt": "one two", "stream": true})");
  EXPECT_EQ(late.status, 200);
  EXPECT_NE(late.body.find("event: text\ndata: {\"text\":\"one \"}\n\nevent: error\ndata: {"),
            std::string::npos)
      << late.body;
  EXPECT_NE(late.body.find(R"("code":"provider_cut")"), std::string::npos);
  EXPECT_EQ(late.body.find("event: done"), std::string::npos);
  pieces = 1;
  const RawResponse early = ask(R"({"prompt": "one two", "stream": true})");
  EXPECT_EQ(early.status, 503);
  EXPECT_EQ(early.code(), "provider_cut");
}

TEST_F(ModelRoutesTest, WhoHasGoneStopsTheWriter) {
  {
    MutexLock lock(mutex_);
    waits_ = true;
  }
  RawClient client(server_->port());
  ASSERT_TRUE(client.Send(Post("/ai/generate", R"({"prompt": "one two", "stream": true})")));
  {
    MutexLock lock(mutex_);
    while (!began_) changed_.Wait(mutex_);
  }
  client.Reset();
  MutexLock lock(mutex_);
  while (ended_with_.empty()) changed_.Wait(mutex_);
  EXPECT_EQ(ended_with_, "client_gone");
}

TEST_F(ModelRoutesTest, TheBestTextsComeFirst) {
  const RawResponse ranked =
      Ask(Post("/ai/rerank", R"({"query": "apple", "texts": ["b", "banana", "ananas", "a"], "top_n": 3})"));
  ASSERT_EQ(ranked.status, 200) << ranked.body;
  EXPECT_EQ(WriteJson(*ranked.json().Find("results")),
            R"([{"index":1,"score":3.0},{"index":2,"score":3.0},{"index":3,"score":1.0}])");
}

TEST_F(ModelRoutesTest, MemoryIsShownWithTheGpus) {
  EXPECT_EQ(Ask(Post("/admin/preload", R"({"model": "fake"})")).status, 200);
  gpus_ =
      std::vector<models::GpuMemory>{{.name = "H100", .total_bytes = 80, .used_bytes = 3}, {.name = "GB10"}};
  EXPECT_EQ(
      Ask(Get("/admin/vram")).body,
      R"({"providers":[{"provider":"fake","models":[{"name":"fake","size_bytes":100}],"limit_bytes":1000}],)"
      R"("gpus":[{"name":"H100","total_bytes":80,"used_bytes":3},{"name":"GB10"}]})");
  gpus_ = Unavailable("gpu_not_readable", "the driver is silent");
  EXPECT_EQ(Ask(Get("/admin/vram")).json().FindString("gpu_problem"), "the driver is silent");
  EXPECT_EQ(Ask(Post("/admin/unload", R"({"model": "fake"})")).json().FindString("model"), "fake");
  EXPECT_TRUE(
      Ask(Get("/admin/vram")).json().Find("providers")->as_array()[0].Find("models")->as_array().empty());
}

}  // namespace
}  // namespace lake::gateway::model_routes_test
