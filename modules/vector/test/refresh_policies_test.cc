// Goal: an index with a policy is brought up to date by itself, when its policy says and not more often.
// Method: the real runner over real jobs; a fake clock for schedules, an embedder that fails on demand.
#include "lake/vector/refresh_policies.h"

#include <atomic>
#include <thread>

#include "indexed_lake.h"

namespace lake::vector {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);
/// Longer than the runner's tick, so it has looked.
constexpr auto kALook = std::chrono::milliseconds(1500);

class RefreshPoliciesTest : public IndexedLake {
 protected:
  void Follow(const RefreshSettings& settings) {
    AddNotes(kFewNotes);
    NewIndex index = Notes();
    index.refresh = settings;
    LAKE_ASSERT_OK(BuildOk(index));
    StartPolicies();
  }
  void StartPolicies() {
    policies_ = RefreshPolicies::Start(
        {.catalog = *catalog_, .indexes = *service_, .jobs = *jobs_, .clock = clock_, .log = log_});
  }
  void TearDown() override {
    policies_.reset();
    IndexedLake::TearDown();
  }
  void Append(int id) {
    AppendNotes(fmt::format("file-{}", id),
                fmt::format("SELECT {}::BIGINT AS id, 'more' AS text, 1::BIGINT AS region", id));
  }
  bool Stale() {
    const Result<IndexInfo> info = service_->Find(Request(), "notes-index");
    return !info.ok() || info->stale;
  }
  void ExpectRefreshed() {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (Stale() && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_FALSE(Stale());
  }
  size_t Jobs() { return jobs_->List({}, 1000).size(); }

  std::unique_ptr<RefreshPolicies> policies_;
};

TEST_F(RefreshPoliciesTest, OnAppendFollowsEveryChange) {
  Follow({.policy = RefreshPolicy::kOnAppend, .cron = {}});
  for (int id = 100; id < 104; ++id) {
    Append(id);
    ExpectRefreshed();
  }
  DeleteNotes({"100"});
  ExpectRefreshed();
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents contents, Read("notes-index"));
  EXPECT_THAT(contents.rows, testing::SizeIs(6));
}

TEST_F(RefreshPoliciesTest, ManualDoesNothing) {
  Follow({});
  Append(100);
  std::this_thread::sleep_for(kALook);
  EXPECT_TRUE(Stale());
  EXPECT_EQ(Jobs(), 1u);
  // Until it says otherwise.
  LAKE_ASSERT_OK(
      service_->SetRefresh(Request(), "Notes-Index", {.policy = RefreshPolicy::kOnAppend, .cron = {}}));
  ExpectRefreshed();
}

TEST_F(RefreshPoliciesTest, ScheduledComesAtItsTimes) {
  Follow({.policy = RefreshPolicy::kScheduled, .cron = "0 3 * * *"});
  const Timestamp began = clock_.Now();
  Append(100);
  std::this_thread::sleep_for(kALook);
  EXPECT_TRUE(Stale());
  // To the next 3 o'clock.
  const std::chrono::microseconds day = std::chrono::hours(24);
  const std::chrono::microseconds three = std::chrono::hours(3);
  const auto into_day = std::chrono::microseconds(began.micros % day.count());
  clock_.Advance((into_day < three ? three : three + day) - into_day);
  ExpectRefreshed();
  const size_t jobs = Jobs();
  Append(101);
  clock_.Advance(std::chrono::hours(23));
  std::this_thread::sleep_for(kALook);
  EXPECT_TRUE(Stale());
  EXPECT_EQ(Jobs(), jobs);
  clock_.Advance(std::chrono::hours(1));
  ExpectRefreshed();
}

TEST_F(RefreshPoliciesTest, ATimeThatPassedWithoutAServerIsMadeUpFor) {
  Follow({.policy = RefreshPolicy::kScheduled, .cron = "0 3 * * *"});
  policies_.reset();
  Append(100);
  clock_.Advance(std::chrono::hours(30));
  StartPolicies();
  ExpectRefreshed();
}

TEST_F(RefreshPoliciesTest, WhatFailsIsNotTriedAtOnceAgain) {
  Follow({.policy = RefreshPolicy::kOnAppend, .cron = {}});
  std::atomic<int> asked = 0;
  before_embedding_ = [&](const Context&) {
    ++asked;
    return Status(Internal("model_broken", "for good"));
  };
  Append(100);
  while (asked == 0) std::this_thread::yield();
  Append(101);
  std::this_thread::sleep_for(2 * kALook);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(Jobs(), 2u);
  EXPECT_TRUE(Stale());
  policies_.reset();
  before_embedding_ = nullptr;
}

TEST_F(RefreshPoliciesTest, WrongSettingsAreRefused) {
  AddNotes(kFewNotes);
  NewIndex index = Notes();
  index.refresh = {.policy = RefreshPolicy::kScheduled, .cron = "0 25 * * *"};
  EXPECT_THAT(service_->Prepare(Request(), index), IsError(ErrorCode::kInvalidArgument, "bad_cron"));
  LAKE_ASSERT_OK(BuildOk(Notes()));
  const auto set = [this](RefreshSettings settings) {
    return service_->SetRefresh(Request(), "notes-index", settings);
  };
  EXPECT_THAT(set({.policy = RefreshPolicy::kScheduled, .cron = {}}),
              IsError(ErrorCode::kInvalidArgument, "bad_cron"));
  EXPECT_THAT(set({.policy = RefreshPolicy::kManual, .cron = "* * * * *"}),
              IsError(ErrorCode::kInvalidArgument, "bad_cron"));
  LAKE_EXPECT_OK(set({.policy = RefreshPolicy::kScheduled, .cron = "*/5 * * * *"}));
  EXPECT_THAT(service_->SetRefresh(Request(), "none", {}), IsError(ErrorCode::kNotFound, "index_not_found"));
}

}  // namespace
}  // namespace lake::vector
