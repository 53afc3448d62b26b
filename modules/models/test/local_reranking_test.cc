// Goal: a model file that ranks is run in this process: a text's score is what the makers' own computation
// gives, whatever is ranked beside it; what is cut is said; what is no reranker is not taken for one. Method:
// the layers of the built-in model under a head by formula (pair_model.h), against committed scores of a
// reference (data/reference.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "lake/common/cancel.h"
#include "lake/common/json.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/models/local_models.h"
#include "lake/models/models.h"
#include "llama_runtime.h"
#include "pair_model.h"

namespace lake::models::local_reranking_test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

struct Pair {
  std::string query;
  std::string text;
  double score = 0;
};

std::vector<Pair> ReadPairs() {
  std::ifstream in(fs::path(LAKE_MODEL_TEST_DATA) / "pairs.json", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  Result<JsonValue> parsed = ParseJson(bytes);
  LAKE_CHECK(parsed.ok());
  std::vector<Pair> pairs;
  for (const JsonValue& entry : parsed->as_array())
    pairs.push_back({.query = std::string(entry.FindString("query")),
                     .text = std::string(entry.FindString("text")),
                     .score = entry.Find("score")->as_double()});
  return pairs;
}

/// Attention is computed in short numbers, and what comes together in a batch is added up in another order.
constexpr double kNear = 0.01;

class LocalRerankingTest : public testing::Test {
 protected:
  /// The files are large, so they are written once.
  static void SetUpTestSuite() {
    directory_ = std::make_unique<TempDir>();
    const fs::path embedder = fs::path(LAKE_MODEL_DIRECTORY) / "all-minilm-l6-v2.gguf";
    PairModel::Write(embedder, *directory_ / "ranker.gguf", 1);
    PairModel::Write(embedder, *directory_ / "classifier.gguf", 2);
  }
  static void TearDownTestSuite() { directory_.reset(); }

  LocalRerankingTest() { Open({}); }

  void Open(LocalModelOptions options) {
    options.directories = {directory_->path(), LAKE_MODEL_DIRECTORY};
    if (options.threads == 0) options.threads = 2;
    models_ = LocalModels::Make(std::move(options), log_);
  }

  Result<Ranking> Rank(const Context& context, std::string_view query,
                       const std::vector<std::string>& texts) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<Reranker> reranker, models_->FindReranker("ranker"));
    return reranker->Rank(context, query, texts);
  }
  Result<Ranking> Rank(std::string_view query, const std::vector<std::string>& texts) {
    return Rank(Context{}, query, texts);
  }

  ModelInfo Find(std::string_view name) {
    for (ModelInfo& info : models_->List(Context{}).models)
      if (info.name == name) return info;
    return {};
  }

  static std::unique_ptr<TempDir> directory_;
  CaptureLog log_;
  std::unique_ptr<LocalModels> models_;
};
std::unique_ptr<TempDir> LocalRerankingTest::directory_;

TEST_F(LocalRerankingTest, ComputesWhatTheReferenceDoes) {
  for (const Pair& pair : ReadPairs()) {
    LAKE_ASSERT_OK_AND_ASSIGN(const Ranking alone, Rank(pair.query, {pair.text}));
    ASSERT_EQ(alone.scores.size(), 1u);
    // Were both texts taken for the first one, scores would be off by 0.12 to 1.1.
    EXPECT_NEAR(alone.scores[0], pair.score, kNear) << pair.query << " | " << pair.text;
    EXPECT_TRUE(alone.truncated.empty());
    EXPECT_EQ(alone.model.name, "ranker");
    EXPECT_EQ(alone.model.digest.size(), 64u);
    EXPECT_EQ(alone.model.dimension, 0u);
  }
}

TEST_F(LocalRerankingTest, NeighboursAndPlacesDoNotChangeAScore) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < 100; ++i) texts.push_back(fmt::format("person {} works at night", i % 50));
  texts[17] += std::string(600, 'z') + " a long one between them";
  LAKE_ASSERT_OK_AND_ASSIGN(const Ranking together, Rank("night shifts", texts));
  ASSERT_EQ(together.scores.size(), texts.size());
  for (const size_t text : {0uz, 17uz, 49uz}) {
    LAKE_ASSERT_OK_AND_ASSIGN(const Ranking alone, Rank("night shifts", {texts[text]}));
    EXPECT_NEAR(alone.scores[0], together.scores[text], kNear);
  }
  EXPECT_NEAR(together.scores[3], together.scores[53], kNear);
  EXPECT_GT(std::abs(together.scores[3] - together.scores[17]), 3 * kNear);
}

TEST_F(LocalRerankingTest, IsListedAsWhatItDoes) {
  ModelInfo info = Find("ranker");
  EXPECT_THAT(info.tasks, ElementsAre(ModelTask::kRerank));
  EXPECT_EQ(info.max_tokens, 512u);
  EXPECT_EQ(info.dimensions, 0u);
  EXPECT_FALSE(info.loaded);
  LAKE_ASSERT_OK(Rank("a", {"b"}));
  EXPECT_TRUE(Find("ranker").loaded);
  ASSERT_EQ(models_->Memory(Context{}).at(0).models.size(), 1u);
  // Beside the file: the table of tokens once more, and what the two threads compute in.
  const uint64_t file = fs::file_size(*directory_ / "ranker.gguf");
  EXPECT_EQ(models_->Memory(Context{})[0].models[0].size_bytes, file + 30522 * 384 * 2 + 2 * (96u << 20));
  EXPECT_THAT(models_->FindEmbedder("ranker"), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  EXPECT_THAT(models_->FindGenerator("ranker"), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  EXPECT_THAT(models_->FindReranker("all-minilm-l6-v2"),
              IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
}

TEST_F(LocalRerankingTest, AClassifierOfSeveralClassesRanksNothing) {
  EXPECT_TRUE(Find("classifier").tasks.empty());
  EXPECT_THAT(models_->FindReranker("classifier"),
              IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
}

TEST_F(LocalRerankingTest, TheFirstOneIsTheDefaultOne) {
  std::vector<NamedProvider> providers;
  providers.push_back({std::string(kBuiltInProvider), std::move(models_)});
  const auto models = Models::Make(std::move(providers), {.embedding = ""}, log_);
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Reranker> reranker, models->FindReranker(""));
  LAKE_ASSERT_OK_AND_ASSIGN(const Ranking ranking,
                            reranker->Rank(Context{}, "a", std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(ranking.model.name, "ranker");
  for (const ModelInfo& info : models->List(Context{}).models)
    EXPECT_EQ(info.default_for.size(), info.name == "ranker" ? 1u : 0u) << info.name;
  EXPECT_EQ(log_.Count("model_used"), 1u);
  EXPECT_EQ(ranking.tokens, 2u * 5);  // [CLS] a [SEP] b [SEP]
}

TEST_F(LocalRerankingTest, WhatIsCutIsSaid) {
  std::string fits;
  for (size_t i = 0; i < 512 - 4; ++i) fits += "word ";
  LAKE_ASSERT_OK_AND_ASSIGN(const Ranking ranking,
                            Rank("a", {"short", fits + "word", fits, fits + std::string(1u << 20, 'x')}));
  EXPECT_THAT(ranking.truncated, ElementsAre(1, 3));
  EXPECT_FALSE(ranking.query_truncated);
  EXPECT_EQ(ranking.tokens, 5u + 3 * 512);
  EXPECT_NEAR(ranking.scores[1], ranking.scores[2], kNear);
  // However long a query is, half of the room is the texts'.
  LAKE_ASSERT_OK_AND_ASSIGN(const Ranking long_query, Rank(fits, {"a", fits, "b"}));
  EXPECT_TRUE(long_query.query_truncated);
  EXPECT_THAT(long_query.truncated, ElementsAre(1));
  EXPECT_EQ(long_query.tokens, 2u * (256 + 2) + 512);
}

TEST_F(LocalRerankingTest, WhatCannotBeReadIsNamed) {
  const auto pointer = [&](std::string_view query, const std::vector<std::string>& texts) {
    const Result<Ranking> refused = Rank(query, texts);
    LAKE_CHECK(!refused.ok() && refused.error().code() == ErrorCode::kInvalidArgument);
    return refused.error().details().at(0).pointer;
  };
  EXPECT_EQ(pointer(" ", {"a"}), "/query");
  EXPECT_EQ(pointer("\xC3(", {"a"}), "/query");
  EXPECT_EQ(pointer("\xE2\x80\x8B", {"a"}), "/query");  // No white space, but no token either.
  EXPECT_EQ(pointer("a", {"a", "\t"}), "/texts/1");
  EXPECT_EQ(pointer("a", {"a", "b", "\xE2\x80\x8B"}), "/texts/2");
  EXPECT_THAT(Rank("a", std::vector<std::string>(kMaxRankedTexts + 1, "b")),
              IsError(ErrorCode::kInvalidArgument, "too_many_texts"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Ranking none, Rank("a", {}));
  EXPECT_TRUE(none.scores.empty());
}

TEST_F(LocalRerankingTest, StopsBetweenBatchesWhenTheContextEnds) {
  Open({.threads = 1});
  LAKE_ASSERT_OK(Rank("a", {"b"}));
  std::string text;
  for (size_t i = 0; i < 500; ++i) text += "word ";
  const std::vector<std::string> texts(kMaxRankedTexts, text);  // A minute of work.
  CancelSource source;
  std::thread canceller([&] { source.Cancel("client_gone"); });
  EXPECT_THAT(Rank({.cancel = source.token()}, "a", texts), IsError(ErrorCode::kCancelled, "client_gone"));
  canceller.join();
  EXPECT_THAT(Rank({.deadline = Deadline::After(std::chrono::milliseconds(20))}, "a", texts),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  LAKE_EXPECT_OK(Rank({.deadline = Deadline::After(std::chrono::seconds(10))}, "a", {"b"}));
}

TEST_F(LocalRerankingTest, MemoryIsBounded) {
  Open({.memory_limit_bytes = fs::file_size(*directory_ / "ranker.gguf")});
  EXPECT_THAT(Rank("a", {"b"}), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
}

}  // namespace
}  // namespace lake::models::local_reranking_test
