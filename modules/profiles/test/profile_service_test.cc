// Goal: a profile binds datasets that exist, by what they are and not by their names, and is seen by those
// who may know of them. Method: profiles over one dataset, which is dropped and comes back; callers who reach
// it and who do not.
#include "lake/profiles/profile_service.h"

#include "profiled_lake.h"

namespace lake::profiles {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ProfileServiceTest : public ProfiledLake {
 protected:
  void SetUp() override {
    ProfiledLake::SetUp();
    AddNotes(vector::kFewNotes);
  }
  Result<ProfileInfo> Create(const NewProfile& wanted) { return profiles_->Create(Request(), wanted); }
};

TEST_F(ProfileServiceTest, IsFoundWhateverTheCaseOfItsId) {
  NewProfile wanted = Team("Night-Shift");
  wanted.hnsw_config = {.ef_construction = 40, .ef_search = 50, .seed = 7};
  wanted.bucket = "night";
  LAKE_ASSERT_OK(Create(wanted));
  LAKE_ASSERT_OK_AND_ASSIGN(const ProfileInfo info, profiles_->Find(Request(), "night-shift"));
  EXPECT_EQ(info.record.id, "Night-Shift");
  EXPECT_EQ(info.record.ollama_name, "writer-Night-Shift");
  EXPECT_EQ(info.record.hnsw_config, wanted.hnsw_config);
  EXPECT_EQ(info.record.created_by, "local");
  EXPECT_THAT(info.bound_datasets, ElementsAre("notes"));
  EXPECT_THAT(profiles_->List(Request(), "", 10), SizeIs(1));
  EXPECT_THAT(Create(Team("NIGHT-SHIFT")), IsError(ErrorCode::kAlreadyExists, "profile_exists"));
  EXPECT_THAT(buckets_.Find(storage::BucketName("night")), IsError(ErrorCode::kNotFound, "bucket_not_found"));
}

TEST_F(ProfileServiceTest, WhatItBindsMustExist) {
  const auto with = [](auto change) {
    NewProfile wanted = Team("team");
    change(wanted);
    return wanted;
  };
  EXPECT_THAT(Create(with([](NewProfile& p) { p.id = "-team"; })),
              IsError(ErrorCode::kInvalidArgument, "bad_profile_id"));
  EXPECT_THAT(Create(with([](NewProfile& p) { p.id = std::string(65, 'a'); })),
              IsError(ErrorCode::kInvalidArgument, "bad_profile_id"));
  const auto unknown = Create(with([](NewProfile& p) { p.bound_datasets = {"notes", "note"}; }));
  EXPECT_THAT(unknown, IsError(ErrorCode::kInvalidArgument, "view_unknown"));
  EXPECT_EQ(unknown.error().details().front().pointer, "/bound_datasets/1");
  EXPECT_THAT(Create(with([](NewProfile& p) { p.bound_datasets = {"notes", "NOTES"}; })),
              IsError(ErrorCode::kInvalidArgument, "duplicate_binding"));
  EXPECT_THAT(Create(with([](NewProfile& p) { p.bound_datasets.assign(kMaxBindings + 1, "notes"); })),
              IsError(ErrorCode::kInvalidArgument, "too_many_bindings"));
  EXPECT_THAT(Create(with([](NewProfile& p) { p.bucket = "NO"; })),
              IsError(ErrorCode::kInvalidArgument, "bad_bucket_name"));
  EXPECT_THAT(Create(with([](NewProfile& p) { p.embed_model = "none"; })),
              IsError(ErrorCode::kNotFound, "model_not_found"));
  EXPECT_THAT(Create(with([](NewProfile& p) { p.hnsw_config = {.ef_construction = 9}; })),
              IsError(ErrorCode::kInvalidArgument, "invalid_request"));
  EXPECT_THAT(profiles_->List(Request(), "", 10), IsEmpty());
}

TEST_F(ProfileServiceTest, ADroppedDatasetIsNamedAndComesBack) {
  LAKE_ASSERT_OK(Create(Team("team")));
  Commit("drop", catalog::DropDataset{.dataset = catalog::DatasetId("notes-id")});
  LAKE_ASSERT_OK_AND_ASSIGN(ProfileInfo info, profiles_->Find(Request(), "team"));
  EXPECT_THAT(info.bound_datasets, IsEmpty());
  EXPECT_THAT(info.dropped_datasets, ElementsAre("notes"));
  Commit("undrop", catalog::UndropDataset{.dataset = catalog::DatasetId("notes-id")});
  LAKE_ASSERT_OK_AND_ASSIGN(info, profiles_->Find(Request(), "team"));
  EXPECT_THAT(info.bound_datasets, ElementsAre("notes"));
  EXPECT_THAT(info.dropped_datasets, IsEmpty());
}

TEST_F(ProfileServiceTest, WhoMayKnowOfNoDatasetMayNotKnowOfTheProfile) {
  LAKE_ASSERT_OK(Create(Team("team")));
  NewProfile unbound = Team("unbound");
  unbound.bound_datasets.clear();
  LAKE_ASSERT_OK(Create(unbound));
  EXPECT_THAT(profiles_->Find(Stranger(), "team"), IsError(ErrorCode::kNotFound, "profile_not_found"));
  EXPECT_THAT(activation_->Prepare(Stranger(), "team"), IsError(ErrorCode::kNotFound, "profile_not_found"));
  EXPECT_THAT(profiles_->List(Stranger(), "", 10), SizeIs(1));
  LAKE_EXPECT_OK(profiles_->Find(As({.name = "reader", .columns = {{"Notes", {}}}}), "team"));
}

TEST_F(ProfileServiceTest, IsGoneWhenItWasDropped) {
  LAKE_ASSERT_OK(Create(Team("team")));
  LAKE_ASSERT_OK(profiles_->Drop(Request(), "TEAM"));
  EXPECT_THAT(profiles_->Find(Request(), "team"), IsError(ErrorCode::kNotFound, "profile_not_found"));
  EXPECT_THAT(profiles_->Drop(Request(), "team"), IsError(ErrorCode::kNotFound, "profile_not_found"));
  LAKE_EXPECT_OK(Create(Team("team")));
}

TEST(WritingModelTest, IsTheNameAmongOllamas) {
  EXPECT_EQ(WritingModel("llama3.2"), "ollama/llama3.2");
  EXPECT_EQ(WritingModel("llama3.2:latest"), "ollama/llama3.2");
  EXPECT_EQ(WritingModel("llama3.2:3b"), "ollama/llama3.2:3b");
  EXPECT_EQ(WritingModel("ollama/team/tiny:latest"), "ollama/team/tiny");
}

}  // namespace
}  // namespace lake::profiles
