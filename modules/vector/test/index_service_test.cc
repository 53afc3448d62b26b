// Goal: an index holds exactly the chunks of the rows that exist, whatever happened while it was built, and
// nothing is left of one that failed or was dropped. Method: real catalog, engine and jobs over a store in
// memory, embedders that fail and stop on demand.
#include "lake/vector/index_service.h"

#include <atomic>

#include "lake/vector_testing/indexed_lake.h"

namespace lake::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using IndexServiceTest = IndexedLake;

TEST_F(IndexServiceTest, HoldsTheChunksOfEveryRow) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(Notes()));
  EXPECT_EQ(built.documents, 2u);
  EXPECT_EQ(built.chunks, 3u);
  EXPECT_EQ(built.skipped, 3u);
  EXPECT_FALSE(built.recall.has_value());
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("NOTES-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> rows, Rows(*index));
  EXPECT_THAT(rows, ElementsAre("10/0 [0,38) The driver brought goods. He was late.",
                                "10/1 [39,115) The goods were cold and the customer was not pleased with the "
                                "driver at all.",
                                "2/0 [0,27) A nurse cared for patients."));
}

TEST_F(IndexServiceTest, SaysWhatItIs) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  EXPECT_EQ(info.source, "notes");
  EXPECT_EQ(info.text_column, "text");
  EXPECT_EQ(info.id_column, "id");
  EXPECT_FALSE(info.stale);
  EXPECT_EQ(info.record.model.name, "fake");
  EXPECT_EQ(info.record.live->id, built.generation);
  EXPECT_THAT(service_->List(Request(), "", 10), SizeIs(1));
  EXPECT_THAT(service_->List(Request(), "notes-index", 10), IsEmpty());
  AppendNotes("second", "SELECT 77::BIGINT AS id, 'more' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo later, service_->Find(Request(), "notes-index"));
  EXPECT_TRUE(later.stale);
}

TEST_F(IndexServiceTest, RowsThatAreDeletedAreNotRead) {
  AddNotes(kFewNotes);
  Commit("tombstone", catalog::AddTombstones{.dataset = catalog::DatasetId("notes-id"),
                                             .row_key_column = "id",
                                             .row_key_values = {"10"},
                                             .actor = "test",
                                             .reason = "asked"});
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(Notes()));
  EXPECT_EQ(built.chunks, 1u);
}

TEST_F(IndexServiceTest, ChunksThatAModelCannotReadAreHalved) {
  models_ =
      std::make_unique<models::FakeModels>(models::FakeEmbedder::Options{.dimension = 64, .max_words = 6});
  Stop();
  Start();
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> rows, Rows(*index));
  EXPECT_THAT(rows, ElementsAre("10/0 [0,25) The driver brought goods.", "10/1 [26,38) He was late.",
                                "10/2 [39,58) The goods were cold", "10/3 [59,79) and the customer was",
                                "10/4 [80,100) not pleased with the", "10/5 [101,115) driver at all.",
                                "2/0 [0,27) A nurse cared for patients."));
}

using InterruptedTest = IndexedLake;

TEST_F(InterruptedTest, GoesOnWhereItWas) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, Read("notes-index"));
  ASSERT_GT(expected.rows.size(), 2100u);
  const uint64_t all = models_->embedder().texts();

  NewIndex second = Notes();
  second.name = "second";
  std::atomic<int> calls = 0;
  std::atomic<bool> stopped = false;
  before_embedding_ = [&](const Context& context) -> Status {
    if (++calls < 3) return {};
    stopped = true;
    while (context.CheckAlive().ok()) std::this_thread::yield();
    return context.CheckAlive();
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Submit(second));
  while (!stopped) std::this_thread::yield();
  Stop();  // Two parts are there; the third was on its way.
  before_embedding_ = nullptr;
  const uint64_t before = models_->embedder().texts();
  Start();
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  ASSERT_EQ(ended.state, jobs::JobState::kSucceeded);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("second"));
  EXPECT_EQ(got.rows, expected.rows);
  EXPECT_EQ(got.nearest, expected.nearest);
  // The first two parts were not embedded again.
  EXPECT_LT(models_->embedder().texts() - before, all - 2000);
}

TEST_F(InterruptedTest, WhatMayPassIsTriedAgain) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, Read("notes-index"));
  std::atomic<int> calls = 0;
  before_embedding_ = [&](const Context&) {
    return ++calls % 2 == 0 ? Status(Unavailable("model_gone", "not now")) : Status();
  };
  NewIndex second = Notes();
  second.name = "second";
  LAKE_ASSERT_OK(BuildOk(second));
  EXPECT_GE(log_.Count("embedding_retried"), 2u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("second"));
  EXPECT_EQ(got, expected);
}

/// Two parts are embedded, then the model is gone for good.
class FailedBuildTest : public IndexedLake {
 protected:
  void FailOnce(const NewIndex& wanted) {
    calls_ = 0;
    before_embedding_ = [this](const Context&) {
      return ++calls_ > 2 ? Status(Internal("model_broken", "for good")) : Status();
    };
    LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Build(wanted));
    EXPECT_EQ(job.state, jobs::JobState::kFailed);
    EXPECT_EQ(job.error->code, "model_broken");
    before_embedding_ = nullptr;
  }
  /// All objects are of one generation.
  std::string OnlyGeneration() {
    const auto page = store_->List(Context{}, {.prefix = "vectors/", .delimiter = "/"});
    return page.ok() && page->common_prefixes.size() == 1 ? page->common_prefixes[0] : "";
  }

  std::atomic<int> calls_ = 0;
};

TEST_F(FailedBuildTest, GoesOnWhenAskedAgain) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, Read("notes-index"));
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  const uint64_t all = models_->embedder().texts();
  FailOnce(Notes());
  const uint64_t before_failure = models_->embedder().texts() - all;
  EXPECT_GT(before_failure, 1000u);
  Stop();
  Start();
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  ASSERT_TRUE(info.record.failed.has_value());
  EXPECT_FALSE(info.record.building.has_value());
  EXPECT_EQ(OnlyGeneration(), "vectors/" + info.record.failed->generation + "/");
  EXPECT_THAT(OpenLive("notes-index"), IsError(ErrorCode::kFailedPrecondition, "index_not_ready"));
  NewIndex again = Notes();
  again.refresh.policy = RefreshPolicy::kOnAppend;
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(again));
  EXPECT_EQ(models_->embedder().texts(), 2 * all);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("notes-index"));
  EXPECT_EQ(got, expected);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo made, service_->Find(Request(), "notes-index"));
  EXPECT_FALSE(made.record.failed.has_value());
  EXPECT_EQ(made.record.refresh.policy, RefreshPolicy::kOnAppend);
  EXPECT_EQ(OnlyGeneration(), "vectors/" + built.generation + "/");
}

TEST_F(FailedBuildTest, GoesOnByARefreshOfADatasetThatChangedSince) {
  AddNotes(kManyNotes);
  NewIndex wanted = Notes();
  wanted.config.ef_construction = 40;
  FailOnce(wanted);
  ReplaceNotes("second", fmt::format("SELECT * FROM ({}) WHERE id % 2 = 0", kManyNotes));
  const uint64_t before = models_->embedder().texts();
  const RefreshRequest all = {.dataset = "notes", .index_name = {}, .otherwise = {}};
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(all));
  EXPECT_EQ(refreshed.indexes[0].documents, 1000u);
  EXPECT_GT(refreshed.indexes[0].unchanged, 400u);
  EXPECT_EQ(models_->embedder().texts() - before, refreshed.indexes[0].embedded_chunks + 550);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  EXPECT_EQ(info.record.live->config, wanted.config);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("notes-index"));
  wanted.name = "anew";
  LAKE_ASSERT_OK(BuildOk(wanted));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, Read("anew"));
  EXPECT_EQ(got, expected);
}

TEST_F(FailedBuildTest, ThatFailsAgainKeepsWhatBothEmbedded) {
  AddNotes(kManyNotes);
  FailOnce(Notes());
  const std::string first = OnlyGeneration();
  // It took over what the first one had, and made nothing more.
  before_embedding_ = [](const Context&) { return Status(Internal("model_broken", "for good")); };
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job again, Build(Notes()));
  EXPECT_EQ(again.error->code, "model_broken");
  const std::string second = OnlyGeneration();
  EXPECT_NE(second, "");
  EXPECT_NE(second, first);
  // One that is cancelled leaves what was there before it.
  std::atomic<bool> begun = false;
  before_embedding_ = UntilStopped(&begun);
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Submit(Notes()));
  while (!begun) std::this_thread::yield();
  EXPECT_THAT(service_->Prepare(Request(), Notes()), IsError(ErrorCode::kAlreadyExists, "index_exists"));
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, job.id));
  LAKE_ASSERT_OK(jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(OnlyGeneration(), second);
  before_embedding_ = nullptr;
  const uint64_t before = models_->embedder().texts();
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(Notes()));
  EXPECT_LT(models_->embedder().texts() - before, built.chunks + 550 - 1000);
}

TEST_F(FailedBuildTest, OtherChunksBeginAnew) {
  AddNotes(kManyNotes);
  FailOnce(Notes());
  NewIndex other = Notes();
  other.chunk = ChunkSettings{.size = 40, .overlap = 0};
  const uint64_t before = models_->embedder().texts();
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(other));
  EXPECT_EQ(models_->embedder().texts() - before, built.chunks + 550);
  EXPECT_EQ(OnlyGeneration(), "vectors/" + built.generation + "/");
}

TEST_F(FailedBuildTest, ADropFreesIt) {
  AddNotes(kManyNotes);
  FailOnce(Notes());
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  EXPECT_THAT(service_->Find(Request(), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_EQ(Objects("vectors/"), 0u);
}

TEST_F(IndexServiceTest, AModelThatNeverComesBackEndsTheJob) {
  AddNotes(kFewNotes);
  before_embedding_ = [](const Context&) { return Status(Unavailable("model_gone", "not now")); };
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Build(Notes()));
  EXPECT_EQ(job.state, jobs::JobState::kFailed);
  EXPECT_EQ(job.error->code, "model_gone");
  EXPECT_EQ(log_.Count("embedding_retried"), 5u);
  // Nothing was embedded: nothing is kept.
  EXPECT_THAT(service_->Find(Request(), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_EQ(Objects("vectors/"), 0u);
}

TEST_F(IndexServiceTest, CanBeCancelled) {
  AddNotes(kManyNotes);
  std::atomic<bool> begun = false;
  before_embedding_ = UntilStopped(&begun);
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Submit(Notes()));
  while (!begun) std::this_thread::yield();
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  EXPECT_FALSE(info.record.live.has_value());
  EXPECT_THAT(OpenLive("notes-index"), IsError(ErrorCode::kFailedPrecondition, "index_not_ready"));
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, job.id));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(ended.state, jobs::JobState::kCancelled);
  EXPECT_THAT(service_->Find(Request(), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_EQ(Objects("vectors/"), 0u);
}

TEST_F(IndexServiceTest, DroppedWhileItIsBuiltItsJobIsCancelled) {
  AddNotes(kManyNotes);
  std::atomic<bool> begun = false;
  std::atomic<bool> go_on = false;
  before_embedding_ = [&](const Context& context) {
    begun = true;
    while (!go_on && context.CheckAlive().ok()) std::this_thread::yield();
    return context.CheckAlive();
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Submit(Notes()));
  while (!begun) std::this_thread::yield();
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  EXPECT_THAT(service_->Find(Request(), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  // The name is free at once.
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job next, Submit(Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  go_on = true;
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job made, jobs_->WaitUntilFinished(Context{}, next.id));
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, FromJson<IndexBuilt>(*made.result, Reading::kStrict));
  EXPECT_EQ(ended.state, jobs::JobState::kCancelled);
  EXPECT_EQ(ended.error->code, "index_dropped");
  EXPECT_EQ(Objects("vectors/"), Objects("vectors/" + built.generation + "/"));
}

TEST_F(IndexServiceTest, AJobThatRunsAgainDoesNotBringBackWhatWasDropped) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK_AND_ASSIGN(JsonValue payload, service_->Prepare(Request(), Notes()));
  // What a crash right after the drop leaves: the mark, no record, and a job that has not ended.
  const std::string mark = fmt::format("vectors/{}/given-up", payload.FindString("generation"));
  LAKE_ASSERT_OK(store_->Put(Context{}, *storage::ObjectKey::Parse(mark), "", storage::Overwrite{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job,
                            jobs_->Submit(Context{}, std::string(kIndexJob), "test", payload));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(ended.state, jobs::JobState::kCancelled);
  EXPECT_EQ(ended.error->code, "index_dropped");
  EXPECT_THAT(service_->Find(Request(), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_EQ(Objects("vectors/"), 0u);
}

TEST_F(IndexServiceTest, ADocumentIsOneRow) {
  AddNotes("SELECT (i % 4)::BIGINT AS id, 'some text' AS text, 1::BIGINT AS region FROM range(6) t(i)");
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Build(Notes()));
  ASSERT_TRUE(job.error.has_value());
  EXPECT_EQ(job.error->code, "duplicate_ids");
  EXPECT_THAT(job.error->detail, testing::HasSubstr("2 rows share an id with another one, for example '0'"));
}

TEST_F(IndexServiceTest, ADatasetWithoutTextsHasNoIndex) {
  AddNotes("SELECT 1::BIGINT AS id, '...' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, Build(Notes()));
  ASSERT_TRUE(job.error.has_value());
  EXPECT_EQ(job.error->code, "nothing_to_index");
}

TEST_F(IndexServiceTest, ADatasetWithoutRowsHasAnEmptyOne) {
  AddNotes(fmt::format("SELECT * FROM ({}) WHERE false", kFewNotes));
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(Notes()));
  EXPECT_EQ(built.documents, 0u);
  EXPECT_EQ(built.chunks, 0u);
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> rows, Rows(*index));
  EXPECT_THAT(rows, IsEmpty());
}

TEST_F(IndexServiceTest, RefusesWhatCannotBeBuilt) {
  AddNotes(kFewNotes);
  const auto refused = [this](NewIndex wanted, void (*change)(NewIndex&)) {
    change(wanted);
    return service_->Prepare(Request(), wanted);
  };
  EXPECT_THAT(refused(Notes(), [](NewIndex& i) { i.name = "../x"; }),
              IsError(ErrorCode::kInvalidArgument, "bad_index_name"));
  EXPECT_THAT(refused(Notes(), [](NewIndex& i) { i.source = "none"; }),
              IsError(ErrorCode::kNotFound, "dataset_not_found"));
  EXPECT_THAT(refused(Notes(), [](NewIndex& i) { i.text_column = "txt"; }),
              IsError(ErrorCode::kInvalidArgument, "column_not_found"));
  EXPECT_THAT(refused(Notes(), [](NewIndex& i) { i.text_column = "region"; }),
              IsError(ErrorCode::kInvalidArgument, "not_a_text_column"));
  EXPECT_THAT(refused(Notes(), [](NewIndex& i) { i.chunk = ChunkSettings{.size = 10, .overlap = 6}; }),
              IsError(ErrorCode::kInvalidArgument, "bad_chunk"));
  EXPECT_THAT(refused(Notes(), [](NewIndex& i) { i.bucket = "none"; }),
              IsError(ErrorCode::kUnavailable, "bucket_not_found"));
  EXPECT_THAT(refused(Notes(), [](NewIndex& i) { i.model = "none"; }),
              IsError(ErrorCode::kNotFound, "model_not_found"));
  LAKE_ASSERT_OK(BuildOk(Notes()));
  EXPECT_THAT(refused(Notes(), [](NewIndex& i) { i.name = "Notes-Index"; }),
              IsError(ErrorCode::kAlreadyExists, "index_exists"));
}

TEST_F(IndexServiceTest, ChunksInTokensAreOfAModelThatCountsThem) {
  AddNotes(kFewNotes);
  NewIndex wanted = Notes();
  wanted.chunk = ChunkSettings{.size = 201, .overlap = 0, .unit = ChunkUnit::kTokens};
  const Result<JsonValue> too_long = service_->Prepare(Request(), wanted);
  ASSERT_THAT(too_long, IsError(ErrorCode::kInvalidArgument, "bad_chunk"));
  EXPECT_EQ(too_long.error().details().front().pointer, "/chunk/size");
  wanted.chunk->size = 200;
  LAKE_EXPECT_OK(service_->Prepare(Request(), wanted));
  Stop();
  models_ = std::make_unique<models::FakeModels>(
      models::FakeEmbedder::Options{.dimension = 64, .max_words = 200, .counts_tokens = false});
  Start();
  const Result<JsonValue> not_counted = service_->Prepare(Request(), wanted);
  ASSERT_THAT(not_counted, IsError(ErrorCode::kFailedPrecondition, "tokens_not_counted"));
  EXPECT_EQ(not_counted.error().details().front().pointer, "/chunk/unit");
  wanted.chunk->unit = ChunkUnit::kWords;
  LAKE_EXPECT_OK(service_->Prepare(Request(), wanted));
}

TEST_F(IndexServiceTest, RecordsOfBeforeTheUnitAreInWords) {
  const Result<JsonValue> before = ParseJson(R"({"size": 40, "overlap": 4})");
  LAKE_ASSERT_OK(before);
  LAKE_ASSERT_OK_AND_ASSIGN(const ChunkSettings settings,
                            FromJson<ChunkSettings>(*before, Reading::kTolerant));
  EXPECT_EQ(settings, (ChunkSettings{.size = 40, .overlap = 4, .unit = ChunkUnit::kWords}));
}

TEST_F(IndexServiceTest, TheSecondOfTwoWithOneNameFails) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK_AND_ASSIGN(JsonValue first, service_->Prepare(Request(), Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(JsonValue second, service_->Prepare(Request(), Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job one,
                            jobs_->Submit(Context{}, std::string(kIndexJob), "test", std::move(first)));
  LAKE_ASSERT_OK(jobs_->WaitUntilFinished(Context{}, one.id));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job two,
                            jobs_->Submit(Context{}, std::string(kIndexJob), "test", std::move(second)));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, two.id));
  EXPECT_EQ(ended.error->code, "index_exists");
  LAKE_EXPECT_OK(OpenLive("notes-index"));
  EXPECT_EQ(Objects("vectors/"), 3u);
}

TEST_F(IndexServiceTest, DroppedIsGoneWithItsFiles) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  EXPECT_EQ(Objects("vectors/"), 3u);
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  EXPECT_THAT(service_->Find(Request(), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_EQ(Objects("vectors/"), 0u);
  EXPECT_THAT(service_->Drop(Request(), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
}

TEST_F(IndexServiceTest, AStartRemovesFilesThatNobodyNames) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  LAKE_ASSERT_OK(store_->Put(Context{}, *storage::ObjectKey::Parse("vectors/stray/part-000000.parquet"), "x",
                             storage::Overwrite{}));
  Stop();
  Start();
  EXPECT_EQ(Objects("vectors/"), 3u);
  EXPECT_EQ(Objects("vectors/stray/"), 0u);
}

TEST_F(IndexServiceTest, VectorsOfAnotherModelAreNotMixedIn) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK_AND_ASSIGN(JsonValue payload, service_->Prepare(Request(), Notes()));
  payload.Find("model")->Set("version", "another");
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job,
                            jobs_->Submit(Context{}, std::string(kIndexJob), "test", std::move(payload)));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(ended.error->code, "model_changed");
}

TEST_F(IndexServiceTest, RecallIsMeasuredAndFallsWithALessThoroughSearch) {
  AddNotes(kManyNotes);
  NewIndex hasty = Notes();
  hasty.config = {.ef_construction = 10, .ef_search = 10};
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt low, BuildOk(hasty));
  NewIndex thorough = Notes();
  thorough.name = "thorough";
  thorough.config = {.ef_construction = 200, .ef_search = 200};
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt high, BuildOk(thorough));
  ASSERT_TRUE(low.recall && high.recall);
  EXPECT_EQ(low.recall->queries, 550u);
  EXPECT_LT(low.recall->low, low.recall->mean);
  EXPECT_LT(low.recall->mean, high.recall->mean);
  EXPECT_LT(low.recall->high, high.recall->mean);
}

}  // namespace
}  // namespace lake::vector
