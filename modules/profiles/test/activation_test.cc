// Goal: an activation takes a profile's models and indexes into memory, as they are promoted or else as the
// profile says, lets the other profile's go, says what failed, and leaves nothing half-made. Method: profiles
// over one index with a graph; models that note what they are told; jobs that are cancelled and that come
// back in another process.
#include "lake/profiles/activation.h"

#include <atomic>
#include <thread>

#include "profiled_lake.h"

namespace lake::profiles {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ActivationTest : public ProfiledLake {
 protected:
  void SetUp() override {
    ProfiledLake::SetUp();
    MakeIndex();
    Create(Team("day"));
    NewProfile night = Team("night");
    night.hnsw_config = {.ef_construction = 20, .ef_search = 60, .seed = 3};
    Create(night);
  }
  void Create(const NewProfile& wanted) { LAKE_ASSERT_OK(profiles_->Create(Request(), wanted)); }
  bool IsWarm(const std::string& profile) { return activation_->KeepsWarm(Context{}, profile, Record()); }
};

TEST_F(ActivationTest, WarmsWithWhatAnIndexHas) {
  const std::string before = Record().live->id;
  LAKE_ASSERT_OK_AND_ASSIGN(const Activated done, Activate("DAY"));
  EXPECT_EQ(done.profile_id, "day");
  EXPECT_FALSE(done.previous);
  EXPECT_THAT(done.failures, IsEmpty());
  EXPECT_THAT(done.preloaded, ElementsAre("ollama/writer-day", "fake"));
  ASSERT_THAT(done.warmed, SizeIs(1));
  EXPECT_EQ(done.warmed[0].index_name, "notes-index");
  EXPECT_EQ(done.warmed[0].generation, before);
  EXPECT_EQ(done.warmed[0].config, (vector::HnswConfig{}));
  EXPECT_FALSE(done.warmed[0].promoted);
  EXPECT_FALSE(done.warmed[0].rebuilt);
  EXPECT_EQ(done.warmed[0].chunks, Record().live->chunks);
  EXPECT_EQ(log_.Count("warming_index"), 1u);
  ASSERT_TRUE(slot_->active());
  EXPECT_EQ(slot_->active()->id, "day");
  EXPECT_TRUE(IsWarm("day"));
  EXPECT_FALSE(IsWarm("night"));
  EXPECT_THAT(profiles_->Drop(Request(), "day"), IsError(ErrorCode::kFailedPrecondition, "profile_active"));
}

TEST_F(ActivationTest, TheProfilesDefaultCountsWhileNothingIsPromoted) {
  const uint64_t embedded = models_->embedder().texts();
  LAKE_ASSERT_OK_AND_ASSIGN(Activated done, Activate("night"));
  ASSERT_THAT(done.warmed, SizeIs(1));
  EXPECT_TRUE(done.warmed[0].rebuilt);
  EXPECT_EQ(done.warmed[0].config, (vector::HnswConfig{.ef_construction = 20, .ef_search = 60, .seed = 3}));
  EXPECT_EQ(Record().live->config, done.warmed[0].config);
  EXPECT_EQ(models_->embedder().texts(), embedded);  // The vectors are those of before.
  // Again: it is built already.
  LAKE_ASSERT_OK_AND_ASSIGN(done, Activate("night"));
  EXPECT_FALSE(done.warmed[0].rebuilt);
  // What is promoted goes before.
  LAKE_ASSERT_OK(promotions_->Promote(
      Request(), "notes-index",
      {.config = {.ef_construction = 30, .ef_search = 40}, .trial_id = "t", .promoted_by = {}, .note = {}}));
  LAKE_ASSERT_OK_AND_ASSIGN(done, Activate("night"));
  EXPECT_TRUE(done.warmed[0].rebuilt);
  EXPECT_TRUE(done.warmed[0].promoted);
  EXPECT_EQ(Record().live->config.ef_construction, 30u);
  EXPECT_EQ(done.warmed[0].generation, Record().live->id);
  EXPECT_TRUE(IsWarm("night"));
}

TEST_F(ActivationTest, TheOtherModelLeavesAndTheSharedOneStays) {
  LAKE_ASSERT_OK(Activate("day"));
  EXPECT_THAT(tracked_->Said(), ElementsAre("load ollama/writer-day", "load fake"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Activated done, Activate("night"));
  EXPECT_EQ(done.previous, "day");
  EXPECT_THAT(done.unloaded, ElementsAre("ollama/writer-day"));
  EXPECT_THAT(tracked_->Said(),
              ElementsAre("unload ollama/writer-day", "load ollama/writer-night", "load fake"));
  NewProfile same = Team("same");
  same.ollama_name = "writer-night:latest";
  Create(same);
  LAKE_ASSERT_OK(Activate("same"));
  EXPECT_THAT(tracked_->Said(), ElementsAre("load ollama/writer-night", "load fake"));
}

TEST_F(ActivationTest, DeactivatedItIsGone) {
  EXPECT_THAT(activation_->Deactivate(Request(), "day"),
              IsError(ErrorCode::kFailedPrecondition, "profile_not_active"));
  LAKE_ASSERT_OK(Activate("day"));
  tracked_->Said();
  EXPECT_THAT(activation_->Deactivate(Request(), "night"),
              IsError(ErrorCode::kFailedPrecondition, "profile_not_active"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Deactivated done, activation_->Deactivate(Request(), "Day"));
  EXPECT_THAT(done.unloaded, ElementsAre("ollama/writer-day"));
  EXPECT_THAT(tracked_->Said(), ElementsAre("unload ollama/writer-day"));
  EXPECT_FALSE(slot_->active());
  EXPECT_FALSE(IsWarm("day"));
}

TEST_F(ActivationTest, WhatFailsIsSaidAndTheRestIsActive) {
  tracked_->failing = {"ollama/writer-day"};
  Commit("create", catalog::CreateDataset{.dataset = catalog::DatasetId("other-id"),
                                          .name = "other",
                                          .bucket = "primary",
                                          .columns = Columns()});
  NewProfile wanted = Team("both");
  wanted.ollama_name = "writer-day";
  wanted.bound_datasets = {"notes", "other"};
  wanted.bucket = "both-files";
  Create(wanted);
  Commit("drop", catalog::DropDataset{.dataset = catalog::DatasetId("other-id")});
  LAKE_ASSERT_OK_AND_ASSIGN(Activated done, Activate("both"));
  ASSERT_THAT(done.failures, SizeIs(2));
  EXPECT_EQ(done.failures[0].step, ActivationStep::kDataset);
  EXPECT_EQ(done.failures[0].code, "source_dropped");
  EXPECT_EQ(done.failures[1].step, ActivationStep::kModel);
  EXPECT_EQ(done.failures[1].code, "model_not_found");
  EXPECT_THAT(done.warmed, SizeIs(1));
  EXPECT_TRUE(done.bucket_created);
  LAKE_EXPECT_OK(buckets_.Find(storage::BucketName("both-files")));
  EXPECT_EQ(slot_->active()->id, "both");
  LAKE_ASSERT_OK_AND_ASSIGN(done, Activate("both"));
  EXPECT_FALSE(done.bucket_created);
}

TEST_F(ActivationTest, AnIndexThatCannotBeBuiltIsNotWarm) {
  // The build takes over every vector but that of the new row.
  before_embedding_ = [](const Context&) -> Status { return Internal("broken", "no embedding today"); };
  AppendNotes("more", "SELECT 9999::BIGINT AS id, 'a text that is new' AS text, 1::BIGINT AS region");
  const std::string before = Record().live->id;
  LAKE_ASSERT_OK_AND_ASSIGN(const Activated done, Activate("night"));
  EXPECT_THAT(done.warmed, IsEmpty());
  ASSERT_THAT(done.failures, SizeIs(1));
  EXPECT_EQ(done.failures[0].name, "notes-index");
  EXPECT_EQ(done.failures[0].code, "broken");
  EXPECT_EQ(Record().live->id, before);
  EXPECT_FALSE(Record().building);
  EXPECT_FALSE(IsWarm("night"));
}

TEST_F(ActivationTest, CancelledItLeavesNothing) {
  LAKE_ASSERT_OK(Activate("day"));
  tracked_->Said();
  std::atomic<bool> begun = false;
  int calls = 0;
  tracked_->before_load = [&](const Context& context) {
    return calls++ == 0 ? Status() : UntilStopped(&begun)(context);  // The embedding model.
  };
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, SubmitActivation("night"));
  while (!begun) std::this_thread::yield();
  EXPECT_THAT(activation_->Deactivate(Request(), "day"), IsError(ErrorCode::kAborted, "activation_running"));
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, job.id));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, Ended(job.id));
  EXPECT_EQ(ended.state, jobs::JobState::kCancelled);
  EXPECT_FALSE(slot_->active());
  EXPECT_THAT(tracked_->Said(), ElementsAre("unload ollama/writer-day", "load ollama/writer-night",
                                            "unload ollama/writer-night"));
  tracked_->before_load = {};
  LAKE_EXPECT_OK(Activate("day"));
}

TEST_F(ActivationTest, AnotherProcessDoesNotGoOnWithIt) {
  std::atomic<bool> begun = false;
  AppendNotes("more", "SELECT 9999::BIGINT AS id, 'a text that is new' AS text, 1::BIGINT AS region");
  before_embedding_ = UntilStopped(&begun);
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job, SubmitActivation("night"));
  while (!begun) std::this_thread::yield();
  EXPECT_TRUE(Record().building);
  const std::string half_made = *Record().building;
  slot_->Clear();
  Stop();
  before_embedding_ = {};
  Start();
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, Ended(job.id));
  EXPECT_EQ(ended.state, jobs::JobState::kFailed);
  EXPECT_EQ(ended.error->code, "server_restarted");
  EXPECT_FALSE(slot_->active());
  EXPECT_FALSE(Record().building);
  EXPECT_EQ(Objects("vectors/" + half_made), 0u);
  LAKE_EXPECT_OK(Activate("night"));
}

TEST_F(ActivationTest, ALaterGenerationIsWarmedWhenItIsMet) {
  LAKE_ASSERT_OK(Activate("day"));
  const vector::IndexRecord old = Record();
  AppendNotes("more", "SELECT 9999::BIGINT AS id, 'a text that is new' AS text, 1::BIGINT AS region");
  LAKE_ASSERT_OK(RefreshOk({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  ASSERT_NE(Record().live->id, old.live->id);
  EXPECT_TRUE(IsWarm("day"));
  EXPECT_EQ(slot_->FindWarm("day", "notes-index")->generation().id, Record().live->id);
  EXPECT_FALSE(activation_->KeepsWarm(Context{}, "day", old));
}

TEST_F(ActivationTest, WhoDoesNotReachEveryDatasetDoesNotActivate) {
  Commit("create", catalog::CreateDataset{.dataset = catalog::DatasetId("other-id"),
                                          .name = "other",
                                          .bucket = "primary",
                                          .columns = Columns()});
  NewProfile wanted = Team("both");
  wanted.bound_datasets = {"notes", "other"};
  Create(wanted);
  const access::Request some = As({.name = "some", .columns = {{"notes", {}}}});
  EXPECT_THAT(activation_->Prepare(some, "both"), IsError(ErrorCode::kPermissionDenied, "dataset_forbidden"));
  LAKE_EXPECT_OK(activation_->Prepare(some, "day"));
}

}  // namespace
}  // namespace lake::profiles
