// Goal: a refreshed index is that of a build from scratch, and only what is new or changed was embedded for
// it; the one before answers until then, and stays when the refresh fails. Method: real catalog, engine and
// jobs; the embedder counts its texts, fails and stops on demand.
#include "lake/vector/refresh.h"

#include <atomic>
#include <thread>

#include "lake/vector_testing/indexed_lake.h"

namespace lake::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// kManyNotes with a thousand changed: every other one of them.
std::string ChangedNotes() {
  return fmt::format(
      "SELECT id, CASE WHEN id % 2 = 0 THEN text || ' Now changed.' ELSE text END AS text, region "
      "FROM ({})",
      kManyNotes);
}

class RefreshTest : public IndexedLake {
 protected:
  Result<Contents> FromScratch() {
    NewIndex anew = Notes();
    anew.name = "anew";
    LAKE_RETURN_IF_ERROR(BuildOk(anew));
    Result<Contents> contents = Read("anew");
    LAKE_RETURN_IF_ERROR(service_->Drop(Request(), "anew"));
    return contents;
  }
  static RefreshRequest All() { return {.dataset = "notes", .index_name = {}, .otherwise = {}}; }
};

TEST_F(RefreshTest, EmbedsExactlyWhatChanged) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(Notes()));
  ReplaceNotes("second", ChangedNotes());
  const uint64_t before = models_->embedder().texts();
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(All()));
  const uint64_t embedded = models_->embedder().texts() - before;

  ASSERT_THAT(refreshed.indexes, SizeIs(1));
  const RefreshedIndex& index = refreshed.indexes[0];
  EXPECT_NE(index.generation, built.generation);
  EXPECT_EQ(index.documents, 2000u);
  EXPECT_EQ(index.unchanged, 1000u);
  EXPECT_EQ(index.embedded, 1000u);
  EXPECT_EQ(index.removed, 0u);
  EXPECT_EQ(index.embedded_chunks, embedded);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("notes-index"));
  EXPECT_EQ(index.chunks, got.rows.size());
  size_t changed = 0;
  for (const std::string& row : got.rows) changed += (row[row.find('/') - 1] - '0') % 2 == 0 ? 1u : 0u;
  EXPECT_EQ(changed, embedded);
  EXPECT_EQ(index.recall->queries, 550u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, FromScratch());
  EXPECT_EQ(got, expected);
}

TEST_F(RefreshTest, ChunksInTokensStayWhereTextsDo) {
  AddNotes(kManyNotes);
  NewIndex wanted = Notes();
  wanted.chunk = ChunkSettings{.size = 30, .overlap = 5, .unit = ChunkUnit::kTokens};
  LAKE_ASSERT_OK(BuildOk(wanted));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents first, Read("notes-index"));
  std::vector<std::string> texts;
  for (const std::string& row : first.rows) texts.push_back(row.substr(row.find(") ") + 2));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<models::Embedder> embedder, models_->FindEmbedder(""));
  LAKE_ASSERT_OK_AND_ASSIGN(const models::TokenCounts counts, embedder->CountTokens(Context{}, texts));
  EXPECT_LE(std::ranges::max(counts.tokens), 30u);
  EXPECT_GE(std::ranges::max(counts.tokens), 25u);
  ReplaceNotes("second", ChangedNotes());
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(All()));
  EXPECT_EQ(refreshed.indexes[0].unchanged, 1000u);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  EXPECT_EQ(info.record.chunk, *wanted.chunk);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("notes-index"));
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  LAKE_ASSERT_OK(BuildOk(wanted));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, Read("notes-index"));
  EXPECT_EQ(got, expected);
}

TEST_F(RefreshTest, AddsAndRemoves) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  ReplaceNotes("second",
               fmt::format("SELECT id + 10 AS id, text, region FROM ({}) WHERE id > 20", kManyNotes));
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(All()));
  const RefreshedIndex& index = refreshed.indexes[0];
  EXPECT_EQ(index.documents, 1979u);
  EXPECT_EQ(index.removed, 31u);  // 0 to 30.
  // Some texts are the same ten rows on.
  EXPECT_EQ(index.unchanged + index.embedded, 1979u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, FromScratch());
  EXPECT_EQ(got, expected);
}

TEST_F(RefreshTest, DoesNothingWhenNothingChanged) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexBuilt built, BuildOk(Notes()));
  Commit("metadata", catalog::SetMetadata{.dataset = catalog::DatasetId("notes-id"),
                                          .metadata = JsonValue::MakeObject()});
  const uint64_t before = models_->embedder().texts();
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(All()));
  EXPECT_THAT(refreshed.indexes, IsEmpty());
  EXPECT_THAT(refreshed.up_to_date, ElementsAre("notes-index"));
  EXPECT_EQ(models_->embedder().texts(), before);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  EXPECT_EQ(info.record.live->id, built.generation);
}

TEST_F(RefreshTest, DeletedRowsMakeStaleAndGo) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  clock_.Advance(std::chrono::hours(1));
  const Timestamp deleted = clock_.Now();
  DeleteNotes({"10"});
  clock_.Advance(std::chrono::hours(1));
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  EXPECT_TRUE(info.stale);
  EXPECT_EQ(info.stale_since, deleted);
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed gone, RefreshOk(All()));
  EXPECT_EQ(gone.indexes[0].removed, 1u);
  EXPECT_EQ(gone.indexes[0].embedded, 0u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents left, Read("notes-index"));
  EXPECT_THAT(left.rows, ElementsAre("2/0 [0,27) A nurse cared for patients."));
  // And come back.
  Commit("undelete",
         catalog::RemoveTombstones{.dataset = catalog::DatasetId("notes-id"), .row_key_values = {"10"}});
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo again, service_->Find(Request(), "notes-index"));
  EXPECT_EQ(again.stale_since, clock_.Now());
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed back, RefreshOk(All()));
  EXPECT_EQ(back.indexes[0].embedded, 1u);
  EXPECT_EQ(back.indexes[0].embedded_chunks, 2u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents all, Read("notes-index"));
  EXPECT_THAT(all.rows, SizeIs(3));
}

TEST_F(RefreshTest, ADatasetThatBecameEmptyHasAnEmptyIndexUntilItIsFilled) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  Commit("replace", catalog::RemoveAllFiles{.dataset = catalog::DatasetId("notes-id")});
  const uint64_t before = models_->embedder().texts();
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed emptied, RefreshOk(All()));
  EXPECT_EQ(emptied.indexes[0].documents, 0u);
  EXPECT_EQ(emptied.indexes[0].chunks, 0u);
  EXPECT_EQ(emptied.indexes[0].removed, 2000u);
  EXPECT_FALSE(emptied.indexes[0].recall.has_value());
  Stop();
  Start();
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  EXPECT_FALSE(info.stale);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents nothing, Read("notes-index"));
  EXPECT_EQ(nothing, Contents());
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, OpenLive("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto words,
                            index->FindWords(Context{}, {.question = "word1 goes", .k = 10}));
  EXPECT_THAT(words, IsEmpty());
  LAKE_ASSERT_OK_AND_ASSIGN(const ann::RowSet rows, index->RowsOf(Context{}, std::vector<std::string>{"7"}));
  EXPECT_EQ(rows.rows(), 0u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed again, RefreshOk(All()));
  EXPECT_THAT(again.up_to_date, ElementsAre("notes-index"));
  EXPECT_EQ(models_->embedder().texts(), before);

  AppendNotes("second", kManyNotes);
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed filled, RefreshOk(All()));
  EXPECT_EQ(filled.indexes[0].embedded, 2000u);
  EXPECT_EQ(filled.indexes[0].removed, 0u);
  EXPECT_EQ(filled.indexes[0].recall->queries, 550u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, FromScratch());
  EXPECT_EQ(got, expected);
}

TEST_F(RefreshTest, RowsWithoutAWordEmptyAnIndexThatHadSome) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  ReplaceNotes("second", "SELECT 1::BIGINT AS id, '...' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed emptied, RefreshOk(All()));
  EXPECT_EQ(emptied.indexes[0].chunks, 0u);
  EXPECT_EQ(emptied.indexes[0].skipped, 1u);
}

TEST_F(RefreshTest, QuestionsOfDocumentsThatAreGoneAreDropped) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  ReplaceNotes("second", fmt::format("SELECT * FROM ({}) WHERE id % 20 <> 0", kManyNotes));
  const uint64_t before = models_->embedder().texts();
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed few, RefreshOk(All()));
  EXPECT_EQ(models_->embedder().texts(), before);
  EXPECT_GE(few.indexes[0].recall->queries, 500u);
  EXPECT_LT(few.indexes[0].recall->queries, 550u);
  // Too few are left: new ones are asked.
  ReplaceNotes("third", fmt::format("SELECT * FROM ({}) WHERE id % 2 = 1", kManyNotes));
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed half, RefreshOk(All()));
  EXPECT_EQ(models_->embedder().texts(), before + 550);
  EXPECT_GE(half.indexes[0].recall->queries, 550u);
}

TEST_F(RefreshTest, TheOneBeforeAnswersUntilThenAndStaysWhenItFails) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, Read("notes-index"));
  const size_t objects = Objects("vectors/");
  ReplaceNotes("second", ChangedNotes());
  std::atomic<int> asked = 0;
  std::atomic<bool> go_on = false;
  before_embedding_ = [&](const Context&) {
    ++asked;
    while (!go_on) std::this_thread::yield();
    return Status(Internal("model_broken", "for good"));
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, SubmitRefresh(All()));
  while (asked == 0) std::this_thread::yield();
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents meanwhile, Read("notes-index"));
  EXPECT_EQ(meanwhile, expected);
  EXPECT_THAT(service_->PrepareRefresh(Request(), All()),
              IsError(ErrorCode::kFailedPrecondition, "index_being_built"));
  go_on = true;
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(ended.error->code, "model_broken");
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents after, Read("notes-index"));
  EXPECT_EQ(after, expected);
  EXPECT_EQ(Objects("vectors/"), objects);
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(Request(), "notes-index"));
  EXPECT_FALSE(info.record.building.has_value());
  before_embedding_ = nullptr;
  LAKE_EXPECT_OK(RefreshOk(All()));
}

TEST_F(RefreshTest, GoesOnWhereItWas) {
  AddNotes(kManyNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  ReplaceNotes("second", ChangedNotes());
  std::atomic<int> calls = 0;
  std::atomic<bool> stopped = false;
  before_embedding_ = [&](const Context& context) -> Status {
    if (++calls < 2) return {};
    stopped = true;
    while (context.CheckAlive().ok()) std::this_thread::yield();
    return context.CheckAlive();
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, SubmitRefresh(All()));
  while (!stopped) std::this_thread::yield();
  Stop();
  before_embedding_ = nullptr;
  Start();
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  ASSERT_EQ(ended.state, jobs::JobState::kSucceeded);
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, FromJson<Refreshed>(*ended.result, Reading::kStrict));
  EXPECT_EQ(refreshed.indexes[0].embedded, 1000u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents got, Read("notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents expected, FromScratch());
  EXPECT_EQ(got, expected);
}

TEST_F(RefreshTest, ReplacedFilesStayForThoseWhoAreAboutToOpenThem) {
  Stop();
  grace_ = std::chrono::hours(1);
  Start();
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  const access::Request earlier = Request();
  const size_t objects = Objects("vectors/");
  AppendNotes("second", "SELECT 77::BIGINT AS id, 'more' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK(RefreshOk(All()));
  service_->RemoveReplaced();
  LAKE_ASSERT_OK_AND_ASSIGN(const IndexInfo info, service_->Find(earlier, "notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> index, indexes_->Find(Context{}, info.record));
  EXPECT_EQ(index->chunks(), 3u);
  EXPECT_GT(Objects("vectors/"), objects);
  Stop();
  grace_ = std::chrono::milliseconds(0);
  Start();
  LAKE_ASSERT_OK_AND_ASSIGN(const std::shared_ptr<OpenIndex> live, OpenLive("notes-index"));
  EXPECT_EQ(Objects("vectors/" + live->generation().id + "/"), Objects("vectors/"));
}

TEST_F(RefreshTest, AnIndexThatWasDroppedMeanwhileStaysDropped) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  AppendNotes("second", "SELECT 77::BIGINT AS id, 'more' AS text, 1::BIGINT AS region");
  std::atomic<bool> begun = false;
  before_embedding_ = UntilStopped(&begun);
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, SubmitRefresh(All()));
  while (!begun) std::this_thread::yield();
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(ended.state, jobs::JobState::kCancelled);
  EXPECT_EQ(ended.error->code, "index_dropped");
  EXPECT_THAT(service_->Find(Request(), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_EQ(Objects("vectors/"), 0u);
}

TEST_F(RefreshTest, OneOfTwoThatIsDroppedMeanwhileDoesNotStopTheOther) {
  AddNotes(kFewNotes);
  NewIndex other = Notes();
  other.name = "other";
  LAKE_ASSERT_OK(BuildOk(Notes()));
  LAKE_ASSERT_OK(BuildOk(other));
  AppendNotes("second", "SELECT 77::BIGINT AS id, 'more' AS text, 1::BIGINT AS region");
  std::atomic<bool> begun = false;
  before_embedding_ = [&, stopped = UntilStopped(&begun)](const Context& context) {
    return begun ? Status() : stopped(context);
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, SubmitRefresh(All()));
  while (!begun) std::this_thread::yield();
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  ASSERT_EQ(ended.state, jobs::JobState::kSucceeded);
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, FromJson<Refreshed>(*ended.result, Reading::kStrict));
  ASSERT_THAT(refreshed.indexes, SizeIs(1));
  EXPECT_EQ(refreshed.indexes[0].index_name, "other");
  EXPECT_EQ(Objects("vectors/"), Objects("vectors/" + refreshed.indexes[0].generation + "/"));
}

TEST_F(RefreshTest, AnIndexThatWasDroppedBeforeItsTurnIsNotRefreshed) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  AppendNotes("second", "SELECT 77::BIGINT AS id, 'more' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(JsonValue payload, service_->PrepareRefresh(Request(), All()));
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job,
                            jobs_->Submit(Context{}, std::string(kRefreshJob), "test", std::move(payload)));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(ended.state, jobs::JobState::kCancelled);
  EXPECT_EQ(ended.error->code, "index_dropped");
}

TEST_F(RefreshTest, StopsWhenTheDatasetIsDroppedAndTheOneBeforeStays) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  AppendNotes("second", "SELECT 77::BIGINT AS id, 'more' AS text, 1::BIGINT AS region");
  std::atomic<bool> begun = false;
  before_embedding_ = UntilStopped(&begun);
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, SubmitRefresh(All()));
  while (!begun) std::this_thread::yield();
  service_->StopUnwanted();
  Commit("drop", catalog::DropDataset{.dataset = catalog::DatasetId("notes-id")});
  service_->StopUnwanted();
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(ended.state, jobs::JobState::kCancelled);
  EXPECT_EQ(ended.error->code, "dataset_dropped");
  Commit("undrop", catalog::UndropDataset{.dataset = catalog::DatasetId("notes-id")});
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents left, Read("notes-index"));
  EXPECT_THAT(left.rows, SizeIs(3));
  before_embedding_ = nullptr;
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed refreshed, RefreshOk(All()));
  EXPECT_EQ(refreshed.indexes[0].embedded, 1u);
}

TEST_F(RefreshTest, TheSecondOfTwoFails) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  AppendNotes("third", "SELECT 78::BIGINT AS id, 'yet more' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(JsonValue first, service_->PrepareRefresh(Request(), All()));
  LAKE_ASSERT_OK_AND_ASSIGN(JsonValue second, service_->PrepareRefresh(Request(), All()));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job one,
                            jobs_->Submit(Context{}, std::string(kRefreshJob), "test", std::move(first)));
  LAKE_ASSERT_OK(jobs_->WaitUntilFinished(Context{}, one.id));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job two,
                            jobs_->Submit(Context{}, std::string(kRefreshJob), "test", std::move(second)));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job lost, jobs_->WaitUntilFinished(Context{}, two.id));
  ASSERT_TRUE(lost.error.has_value());
  EXPECT_EQ(lost.error->code, "index_changed");
  LAKE_EXPECT_OK(OpenLive("notes-index"));
}

TEST_F(RefreshTest, CoversEveryIndexOfTheDataset) {
  AddNotes(kFewNotes);
  NewIndex other = Notes();
  other.name = "other";
  other.chunk = ChunkSettings{.size = 40, .overlap = 0};
  LAKE_ASSERT_OK(BuildOk(Notes()));
  AppendNotes("second", "SELECT 77::BIGINT AS id, 'more' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK(BuildOk(other));
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed one, RefreshOk(All()));
  ASSERT_THAT(one.indexes, SizeIs(1));
  EXPECT_EQ(one.indexes[0].index_name, "notes-index");
  EXPECT_THAT(one.up_to_date, ElementsAre("other"));
  AppendNotes("third", "SELECT 78::BIGINT AS id, 'yet more' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed named,
                            RefreshOk({.dataset = "NOTES", .index_name = "Other", .otherwise = {}}));
  ASSERT_THAT(named.indexes, SizeIs(1));
  EXPECT_EQ(named.indexes[0].embedded, 1u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed rest, RefreshOk(All()));
  EXPECT_THAT(rest.indexes, SizeIs(1));
  EXPECT_THAT(rest.up_to_date, ElementsAre("other"));
}

TEST_F(RefreshTest, CreatesWhatIsNotThere) {
  AddNotes(kFewNotes);
  EXPECT_THAT(service_->PrepareRefresh(Request(), All()),
              IsError(ErrorCode::kInvalidArgument, "columns_needed"));
  EXPECT_THAT(service_->PrepareRefresh(Request(), {.dataset = "notes", .index_name = "x", .otherwise = {}}),
              IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_THAT(service_->PrepareRefresh(Request(), {.dataset = "none", .index_name = {}, .otherwise = {}}),
              IsError(ErrorCode::kNotFound, "dataset_not_found"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Refreshed made,
                            RefreshOk({.dataset = "notes", .index_name = {}, .otherwise = Notes()}));
  EXPECT_EQ(made.indexes[0].embedded, 2u);
  EXPECT_EQ(made.indexes[0].unchanged, 0u);
  NewIndex other = Notes();
  other.id_column = "region";
  EXPECT_THAT(service_->PrepareRefresh(Request(), {.dataset = "notes", .index_name = {}, .otherwise = other}),
              IsError(ErrorCode::kInvalidArgument, "other_columns"));
}

TEST_F(RefreshTest, AnotherModelIsRefused) {
  AddNotes(kFewNotes);
  LAKE_ASSERT_OK(BuildOk(Notes()));
  AppendNotes("second", "SELECT 77::BIGINT AS id, 'more' AS text, 1::BIGINT AS region");
  Stop();
  models_ = std::make_unique<models::FakeModels>(models::FakeEmbedder::Options{.dimension = 32});
  Start();
  EXPECT_THAT(service_->PrepareRefresh(Request(), All()),
              IsError(ErrorCode::kFailedPrecondition, "model_changed"));
}

}  // namespace
}  // namespace lake::vector
