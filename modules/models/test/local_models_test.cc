// Goal: the built-in model computes what its makers' does, whatever comes together in a call, is there when
// it is needed and gone when it is not, and no file, text or crowd of callers takes the process down. Method:
// the real model against committed vectors of the reference (data/reference.py), and damaged copies of its
// file.
#include "lake/models/local_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "lake/common/cancel.h"
#include "lake/common/digest.h"
#include "lake/common/json.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::models {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;
using testing::ElementsAre;

constexpr std::string_view kModel = "all-minilm-l6-v2";
constexpr uint32_t kDimension = 384;
/// A neighbour of the built-in model's file that a copy is made of for tests.
const fs::path kModelFile = fs::path(LAKE_MODEL_DIRECTORY) / "all-minilm-l6-v2.gguf";

std::string ReadBytes(const fs::path& path, size_t count) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(count, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

void WriteBytes(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

double Cosine(std::span<const float> a, std::span<const float> b) {
  double product = 0;
  for (size_t i = 0; i < a.size(); ++i) product += static_cast<double>(a[i]) * b[i];
  return product;
}

struct Reference {
  std::vector<std::string> texts;
  std::vector<std::vector<float>> vectors;
};

Reference ReadReference() {
  const std::string bytes = ReadBytes(fs::path(LAKE_MODEL_TEST_DATA) / "vectors.json", 1u << 20);
  Result<JsonValue> parsed = ParseJson(bytes);
  LAKE_CHECK(parsed.ok());
  Reference reference;
  for (const JsonValue& entry : parsed->as_array()) {
    reference.texts.emplace_back(entry.FindString("text"));
    std::vector<float>& vector = reference.vectors.emplace_back();
    for (const JsonValue& number : entry.Find("vector")->as_array())
      vector.push_back(static_cast<float>(number.as_double()));
  }
  return reference;
}

class LocalModelsTest : public testing::Test {
 protected:
  /// The built-in model, and before it what the test puts into `directory_`.
  std::unique_ptr<LocalModels> Open() { return Open({}); }
  std::unique_ptr<LocalModels> Open(LocalModelOptions options) {
    options.directories = {directory_.path(), LAKE_MODEL_DIRECTORY};
    if (options.default_embedding.empty()) options.default_embedding = kModel;
    if (options.threads == 0) options.threads = 2;
    return LocalModels::Make(std::move(options), log_);
  }

  static Result<Embeddings> Embed(LocalModels& models, std::vector<std::string> texts) {
    return Embed(models, "", std::move(texts));
  }
  static Result<Embeddings> Embed(LocalModels& models, std::string_view name,
                                  std::vector<std::string> texts) {
    LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<Embedder> embedder, models.FindEmbedder(name));
    return embedder->Embed(Context{}, texts);
  }

  static ModelInfo Find(LocalModels& models, std::string_view name) {
    for (ModelInfo& info : models.List(Context{}).models)
      if (info.name == name) return info;
    return {};
  }

  TempDir directory_;
  CaptureLog log_;
};

TEST_F(LocalModelsTest, ComputesWhatTheReferenceDoes) {
  const Reference reference = ReadReference();
  const auto models = Open();
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings embeddings, Embed(*models, reference.texts));
  EXPECT_EQ(embeddings.model.name, kModel);
  EXPECT_EQ(embeddings.model.dimension, kDimension);
  EXPECT_TRUE(embeddings.truncated.empty());
  for (size_t i = 0; i < reference.texts.size(); ++i)
    EXPECT_GE(Cosine(embeddings.Vector(i), reference.vectors[i]), 0.9999) << reference.texts[i];
}

TEST_F(LocalModelsTest, AParaphraseIsNearerThanAnotherSubject) {
  const Reference reference = ReadReference();
  const auto models = Open();
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings embeddings, Embed(*models, reference.texts));
  // The first two say the same without a content word in common.
  EXPECT_GT(Cosine(embeddings.Vector(0), embeddings.Vector(1)),
            Cosine(embeddings.Vector(0), embeddings.Vector(2)) + 0.3);
}

TEST_F(LocalModelsTest, NeighboursAndPlacesDoNotChangeAVector) {
  const auto models = Open();
  std::vector<std::string> texts;
  for (size_t i = 0; i < 200; ++i)
    texts.push_back(fmt::format("person {} has {} years of experience", i, i % 30));
  texts[17] = std::string(1000, 'z') + " a long one between them";
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings together, Embed(*models, texts));
  ASSERT_EQ(together.values.size(), texts.size() * kDimension);
  for (const size_t text : {0uz, 17uz, 59uz}) {
    LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings alone, Embed(*models, {texts[text]}));
    EXPECT_GE(Cosine(alone.Vector(0), together.Vector(text)), 0.99999);
    EXPECT_NEAR(Cosine(alone.Vector(0), alone.Vector(0)), 1, 1e-5);
  }
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings again, Embed(*models, texts));
  EXPECT_EQ(again.values, together.values);
}

TEST_F(LocalModelsTest, ALongTextIsCutAndNamed) {
  const auto models = Open();
  std::string fits, too_long;
  for (size_t i = 0; i < 254; ++i) fits += "word ";
  too_long = fits + "word";
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings embeddings,
                            Embed(*models, {"short", too_long, fits, too_long + std::string(3u << 20, 'x')}));
  EXPECT_THAT(embeddings.truncated, ElementsAre(1, 3));
  EXPECT_EQ(embeddings.tokens, 3u + 3 * 256);
  EXPECT_GE(Cosine(embeddings.Vector(1), embeddings.Vector(2)), 0.99999);
}

/// What a model counts is what it reads, and all that it says it reads is read.
void ExpectTruthfulCounts(Embedder& embedder, const std::string& filling) {
  const std::vector<std::string> texts = {"a", "Straße, naïve façade – 3.14 €!", "日本語のテキスト",
                                          "👩‍👩‍👧 שָׁלוֹם", "x\u0301\u0323y"};
  LAKE_ASSERT_OK_AND_ASSIGN(const TokenCounts nothing, embedder.CountTokens(Context{}, {}));
  LAKE_ASSERT_OK_AND_ASSIGN(const TokenCounts counts, embedder.CountTokens(Context{}, texts));
  ASSERT_EQ(counts.tokens.size(), texts.size());
  EXPECT_EQ(counts.most, nothing.most);
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings one, embedder.Embed(Context{}, std::vector<std::string>{"a"}));
  const uint64_t around = one.tokens - counts.tokens[0];
  for (size_t i = 0; i < texts.size(); ++i) {
    LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings made,
                              embedder.Embed(Context{}, std::vector<std::string>{texts[i]}));
    EXPECT_EQ(made.tokens, counts.tokens[i] + around) << texts[i];
  }
  // The longest that is read to its end, and one more.
  std::string text = "a";
  for (std::string longer = text;; longer += filling) {
    LAKE_ASSERT_OK_AND_ASSIGN(const TokenCounts count,
                              embedder.CountTokens(Context{}, std::vector<std::string>{longer}));
    if (count.tokens[0] + 2 < count.most) continue;
    LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings made,
                              embedder.Embed(Context{}, std::vector<std::string>{longer}));
    EXPECT_EQ(made.truncated.empty(), count.tokens[0] <= count.most) << count.tokens[0];
    if (count.tokens[0] > count.most + 2) break;
  }
}

TEST_F(LocalModelsTest, TokensAreCountedAsTheyAreRead) {
  TinyModel::Write(directory_ / "tiny.gguf");
  const auto models = Open();
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Embedder> builtin, models->FindEmbedder(""));
  LAKE_ASSERT_OK_AND_ASSIGN(
      const TokenCounts counts,
      builtin->CountTokens(Context{},
                           std::vector<std::string>{"", "hello world", "word " + std::string(99, 'x'),
                                                    std::string(200, ',') + " tokenization"}));
  EXPECT_EQ(counts.most, 254u);
  EXPECT_EQ(counts.tokens[0], 0u);
  EXPECT_EQ(counts.tokens[1], 2u);
  EXPECT_EQ(counts.tokens[3], 202u);
  ExpectTruthfulCounts(*builtin, " word");
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Embedder> tiny, models->FindEmbedder("tiny"));
  ExpectTruthfulCounts(*tiny, " a");
  const auto prefixed = Open({.default_prompt_prefix = "query: "});
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Embedder> with_prefix, prefixed->FindEmbedder(""));
  LAKE_ASSERT_OK_AND_ASSIGN(const TokenCounts fewer, with_prefix->CountTokens(Context{}, {}));
  EXPECT_EQ(fewer.most, 252u);
  ExpectTruthfulCounts(*with_prefix, " word");
  EXPECT_THAT(builtin->CountTokens(Context{}, std::vector<std::string>{"a", "\xC3("}),
              IsError(ErrorCode::kInvalidArgument, "bad_text"));
  EXPECT_THAT(builtin->CountTokens(Context{}, std::vector<std::string>(kMaxTexts + 1, "a")),
              IsError(ErrorCode::kInvalidArgument, "too_many_texts"));
}

TEST_F(LocalModelsTest, TextsThatCannotBeReadAreNamed) {
  const auto models = Open();
  EXPECT_THAT(Embed(*models, {"a", " \t"}), IsError(ErrorCode::kInvalidArgument, "empty_text"));
  const Result<Embeddings> bad = Embed(*models, {"a", "b", "\xC3("});
  ASSERT_THAT(bad, IsError(ErrorCode::kInvalidArgument, "bad_text"));
  EXPECT_THAT(bad.error().details(), ElementsAre(ErrorDetail{.pointer = "/2", .message = "expected UTF-8"}));
  EXPECT_THAT(Embed(*models, std::vector<std::string>(kMaxTexts + 1, "a")),
              IsError(ErrorCode::kInvalidArgument, "too_many_texts"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings none, Embed(*models, {}));
  EXPECT_TRUE(none.values.empty());
}

TEST_F(LocalModelsTest, APrefixStandsBeforeEveryTextAndInTheFingerprint) {
  const auto plain = Open();
  const auto prefixed = Open({.default_prompt_prefix = "query: "});
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings by_hand, Embed(*plain, {"query: cold chain"}));
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings by_model, Embed(*prefixed, {"cold chain"}));
  EXPECT_EQ(by_hand.values, by_model.values);
  EXPECT_NE(by_hand.model, by_model.model);
  EXPECT_THAT(Embed(*prefixed, {" "}), IsError(ErrorCode::kInvalidArgument, "empty_text"));
}

TEST_F(LocalModelsTest, IsLoadedOnFirstUseAndLeavesWhenIdle) {
  const auto models = Open();
  EXPECT_FALSE(Find(*models, kModel).loaded);
  EXPECT_EQ(models->Unload(Steady::now()), 0u);
  LAKE_ASSERT_OK(Embed(*models, {"a"}));
  const ModelInfo info = Find(*models, kModel);
  EXPECT_TRUE(info.loaded);
  EXPECT_EQ(info.digest, Sha256Hex(ReadBytes(kModelFile, fs::file_size(kModelFile))));
  EXPECT_EQ(models->Unload(Steady::now() - std::chrono::hours(1)), 0u);
  EXPECT_EQ(models->Unload(Steady::now()), 1u);
  EXPECT_FALSE(Find(*models, kModel).loaded);
  LAKE_EXPECT_OK(Embed(*models, {"a"}));
  EXPECT_EQ(log_.Count("model_loaded"), 2u);
  EXPECT_EQ(log_.Count("model_unloaded"), 1u);
}

TEST_F(LocalModelsTest, LeavesByItself) {
  const auto models = Open({.unload_after = std::chrono::milliseconds(20)});
  LAKE_ASSERT_OK(Embed(*models, {"a"}));
  const Steady::time_point until = Steady::now() + std::chrono::seconds(60);
  while (Find(*models, kModel).loaded && Steady::now() < until) std::this_thread::yield();
  EXPECT_FALSE(Find(*models, kModel).loaded);
}

TEST_F(LocalModelsTest, StopsBetweenBatchesWhenTheContextEnds) {
  const auto models = Open({.threads = 1});
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Embedder> embedder, models->FindEmbedder(""));
  LAKE_ASSERT_OK(embedder->Fingerprint(Context{}));
  std::string text;
  for (size_t i = 0; i < 254; ++i) text += "word ";
  const std::vector<std::string> texts(kMaxTexts, text);  // Half a minute of work.
  CancelSource source;
  std::thread canceller([&] { source.Cancel("client_gone"); });
  EXPECT_THAT(embedder->Embed({.cancel = source.token()}, texts),
              IsError(ErrorCode::kCancelled, "client_gone"));
  canceller.join();
  EXPECT_THAT(embedder->Embed({.deadline = Deadline::After(std::chrono::milliseconds(20))}, texts),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  // What was stopped does not keep the thread: others are served at once.
  LAKE_EXPECT_OK(embedder->Embed({.deadline = Deadline::After(std::chrono::seconds(10))},
                                 std::vector<std::string>{"a"}));
}

TEST_F(LocalModelsTest, ManyCallersGetEachTheirOwn) {
  const auto models = Open({.unload_after = std::chrono::milliseconds(1)});
  LAKE_ASSERT_OK_AND_ASSIGN(const Embeddings expected, Embed(*models, {"one", "two", "three"}));
  std::vector<std::thread> callers;
  std::array<double, 6> nearest = {};
  for (size_t caller = 0; caller < nearest.size(); ++caller)
    callers.emplace_back([&, caller] {
      const std::vector<std::string> words = {"one", "two", "three"};
      nearest[caller] = 1;
      for (size_t i = 0; i < 10; ++i) {
        const Result<Embeddings> got = Embed(*models, {words[caller % 3], "something else beside it"});
        nearest[caller] =
            std::min(nearest[caller], got.ok() ? Cosine(got->Vector(0), expected.Vector(caller % 3)) : 0);
      }
    });
  for (std::thread& caller : callers) caller.join();
  for (const double cosine : nearest) EXPECT_GE(cosine, 0.99999);
}

TEST_F(LocalModelsTest, ACrowdIsRefusedAndServedLater) {
  const auto models = Open({.threads = 1, .max_waiting = 1});
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Embedder> embedder, models->FindEmbedder(""));
  LAKE_ASSERT_OK(embedder->Fingerprint(Context{}));
  CancelSource source;
  std::string text;
  for (size_t i = 0; i < 254; ++i) text += "word ";
  const Steady::time_point until = Steady::now() + std::chrono::seconds(60);
  std::thread busy([&] {
    const std::vector<std::string> texts(kMaxTexts, text);
    Result<Embeddings> stopped = embedder->Embed({.cancel = source.token()}, texts);
    // The only place may be taken by one of the others below: they are the crowd then.
    while (!stopped.ok() && stopped.error().reason() == "models_busy" && Steady::now() < until)
      stopped = embedder->Embed({.cancel = source.token()}, texts);
    EXPECT_THAT(stopped, IsError(ErrorCode::kCancelled, "enough"));
  });
  Result<Embeddings> refused = Embed(*models, {"a"});
  while (refused.ok() && Steady::now() < until) refused = Embed(*models, {"a"});
  EXPECT_THAT(refused, IsError(ErrorCode::kResourceExhausted, "models_busy"));
  source.Cancel("enough");
  busy.join();
  Result<Embeddings> served = Embed(*models, {"a"});
  while (!served.ok() && Steady::now() < until) served = Embed(*models, {"a"});
  LAKE_EXPECT_OK(served);
}

TEST_F(LocalModelsTest, NamesThatAreNoModelsAreNotFound) {
  const auto models = Open();
  EXPECT_THAT(models->FindEmbedder("all-minilm-l6-v3"), IsError(ErrorCode::kNotFound, "model_not_found"));
  EXPECT_EQ(models->FindEmbedder("all-minilm-l6-v3").error().message(),
            "there is no model 'all-minilm-l6-v3'; did you mean 'all-minilm-l6-v2'?");
  for (const std::string_view name : {"../models/all-minilm-l6-v2", "/etc/passwd", ".", "a/b"})
    EXPECT_THAT(models->FindEmbedder(name), IsError(ErrorCode::kNotFound, "model_not_found")) << name;
  const auto empty = Open({.default_embedding = "none-such"});
  EXPECT_THAT(Embed(*empty, {"a"}), IsError(ErrorCode::kNotFound, "model_not_found"));
}

TEST_F(LocalModelsTest, DamagedFilesAreSaidAndNeverLoaded) {
  const std::string begin = ReadBytes(kModelFile, 4u << 20);
  WriteBytes(directory_ / "empty.gguf", "");
  WriteBytes(directory_ / "text.gguf", "this is no model");
  WriteBytes(directory_ / "cut.gguf", begin);                       // Tensors are missing.
  WriteBytes(directory_ / "cut-head.gguf", begin.substr(0, 5000));  // The vocabulary is missing.
  WriteBytes(directory_ / "newer.gguf", begin.substr(0, 4) + "\x63" + begin.substr(5, 1000));
  WriteBytes(directory_ / "not..a model.gguf", begin);
  // llama.cpp would abort the process.
  std::string twice = ReadBytes(kModelFile, fs::file_size(kModelFile));
  const size_t nurse = twice.find("nurse");
  ASSERT_NE(nurse, std::string::npos);
  WriteBytes(directory_ / "twice.gguf", twice.replace(nurse, 5, "night"));
  const auto models = Open();
  for (const std::string_view name : {"empty", "text", "cut-head", "newer", "twice"}) {
    EXPECT_THAT(Embed(*models, name, {"a"}), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"))
        << name;
    EXPECT_TRUE(Find(*models, name).problem.has_value()) << name;
  }
  EXPECT_THAT(Embed(*models, "cut", {"a"}), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  EXPECT_THAT(models->List(Context{}).models, testing::SizeIs(7));
  LAKE_EXPECT_OK(Embed(*models, {"a"}));
}

TEST_F(LocalModelsTest, AFileThatIsNotThePromisedOneIsRefused) {
  fs::copy_file(kModelFile, directory_ / "mine.gguf");
  WriteBytes(directory_ / "mine.gguf.sha256", std::string(64, '0') + "  mine.gguf\n");
  const auto models = Open();
  EXPECT_THAT(Embed(*models, "mine", {"a"}), IsError(ErrorCode::kDataLoss, "model_damaged"));
  WriteBytes(directory_ / "mine.gguf.sha256", "nonsense");
  EXPECT_THAT(Embed(*models, "mine", {"a"}), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
  fs::remove(directory_ / "mine.gguf.sha256");
  LAKE_EXPECT_OK(Embed(*models, "mine", {"a"}));
}

TEST_F(LocalModelsTest, AReplacedFileIsAnotherModel) {
  fs::create_symlink(kModelFile, directory_ / "mine.gguf");
  const auto models = Open();
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Embedder> before, models->FindEmbedder("mine"));
  LAKE_ASSERT_OK(before->Embed(Context{}, std::vector<std::string>{"a"}));
  fs::copy_file(kModelFile, directory_ / "new");
  std::ofstream(directory_ / "new", std::ios::app | std::ios::binary) << "more";
  fs::rename(directory_ / "new", directory_ / "mine.gguf");
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Embedder> after, models->FindEmbedder("mine"));
  LAKE_ASSERT_OK_AND_ASSIGN(const ModelFingerprint old_print, before->Fingerprint(Context{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const ModelFingerprint new_print, after->Fingerprint(Context{}));
  EXPECT_NE(old_print.digest, new_print.digest);
  fs::remove(directory_ / "mine.gguf");
  EXPECT_THAT(models->FindEmbedder("mine"), IsError(ErrorCode::kNotFound, "model_not_found"));
}

TEST_F(LocalModelsTest, MemoryIsBoundedAndTheIdleMakeRoom) {
  fs::create_symlink(kModelFile, directory_ / "other.gguf");
  // One model fits, two do not.
  const auto models = Open({.threads = 1, .memory_limit_bytes = fs::file_size(kModelFile) + (64u << 20)});
  LAKE_ASSERT_OK(Embed(*models, {"a"}));
  LAKE_ASSERT_OK(Embed(*models, "other", {"a"}));
  EXPECT_FALSE(Find(*models, kModel).loaded);
  EXPECT_TRUE(Find(*models, "other").loaded);
  const auto tiny = Open({.memory_limit_bytes = 1u << 20});
  EXPECT_THAT(Embed(*tiny, {"a"}), IsError(ErrorCode::kFailedPrecondition, "model_not_usable"));
}

}  // namespace
}  // namespace lake::models
