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
  models::FakeModels models_{{.dimension = 16, .max_words = 3, .before = [this](const Context& context) {
                                return Before(context);
                              }}};
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

}  // namespace
}  // namespace lake::gateway::model_routes_test
