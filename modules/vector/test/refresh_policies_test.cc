// Goal: an index with a policy is brought up to date by itself, when its policy says and not more often.
// Method: single looks of the runner over real jobs, a fake clock, an embedder that fails on demand; and once
// the thread that looks.
#include "lake/vector/refresh_policies.h"

#include "lake/vector_testing/indexed_lake.h"
#include "refresh_runner.h"

namespace lake::vector {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class RefreshPoliciesTest : public IndexedLake {
 protected:
  void Follow(const RefreshSettings& settings) {
    AddNotes(kFewNotes);
    NewIndex index = Notes();
    index.refresh = settings;
    LAKE_ASSERT_OK(BuildOk(index));
    runner_.emplace(Parts());
  }
  RefreshPoliciesParts Parts() {
    return {.catalog = *catalog_, .indexes = *service_, .jobs = *jobs_, .clock = clock_, .log = log_};
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
  /// How many jobs a look submits; they are over on return.
  size_t Look() {
    const size_t before = jobs_->List({}, 1000).size();
    runner_->Look(Context{});
    const std::vector<jobs::Job> jobs = jobs_->List({}, 1000);
    for (const jobs::Job& job : jobs) EXPECT_TRUE(jobs_->WaitUntilFinished(Context{}, job.id).ok());
    return jobs.size() - before;
  }
  /// To the next such time of the day.
  void AdvanceTo(hours time) {
    const std::chrono::microseconds day = hours(24);
    const std::chrono::microseconds into_day(clock_.Now().micros % day.count());
    const std::chrono::microseconds wanted = time;
    clock_.Advance((into_day < wanted ? wanted : wanted + day) - into_day);
  }

  std::optional<RefreshRunner> runner_;
  std::unique_ptr<RefreshPolicies> policies_;
};

TEST_F(RefreshPoliciesTest, OnAppendFollowsEveryChange) {
  Follow({.policy = RefreshPolicy::kOnAppend, .cron = {}});
  EXPECT_EQ(Look(), 0u);
  for (int id = 100; id < 103; ++id) {
    Append(id);
    EXPECT_EQ(Look(), 1u);
    EXPECT_FALSE(Stale());
    EXPECT_EQ(Look(), 0u);
  }
  DeleteNotes({"100"});
  EXPECT_EQ(Look(), 1u);
  LAKE_ASSERT_OK_AND_ASSIGN(const Contents contents, Read("notes-index"));
  EXPECT_THAT(contents.rows, testing::SizeIs(5));
}

TEST_F(RefreshPoliciesTest, ManualDoesNothing) {
  Follow({});
  Append(100);
  EXPECT_EQ(Look(), 0u);
  clock_.Advance(hours(48));
  EXPECT_EQ(Look(), 0u);
  // Until it says otherwise.
  LAKE_ASSERT_OK(
      service_->SetRefresh(Request(), "Notes-Index", {.policy = RefreshPolicy::kOnAppend, .cron = {}}));
  EXPECT_EQ(Look(), 1u);
}

TEST_F(RefreshPoliciesTest, ScheduledComesAtItsTimes) {
  Follow({.policy = RefreshPolicy::kScheduled, .cron = "0 3 * * *"});
  Append(100);
  EXPECT_EQ(Look(), 0u);
  AdvanceTo(hours(3));
  EXPECT_EQ(Look(), 1u);
  EXPECT_FALSE(Stale());
  Append(101);
  EXPECT_EQ(Look(), 0u);
  AdvanceTo(hours(2));
  EXPECT_EQ(Look(), 0u);
  AdvanceTo(hours(3));
  EXPECT_EQ(Look(), 1u);
  // Nothing changed: nothing is done.
  AdvanceTo(hours(3));
  EXPECT_EQ(Look(), 0u);
  // Nor is that made up for when something changes later.
  AdvanceTo(hours(4));
  Append(102);
  EXPECT_EQ(Look(), 0u);
}

TEST_F(RefreshPoliciesTest, ATimeThatPassedWithoutAServerIsMadeUpFor) {
  Follow({.policy = RefreshPolicy::kScheduled, .cron = "0 3 * * *"});
  Append(100);
  clock_.Advance(hours(30));
  runner_.emplace(Parts());
  EXPECT_EQ(Look(), 1u);
  EXPECT_FALSE(Stale());
}

TEST_F(RefreshPoliciesTest, WhatFailsIsTriedAgainLaterEachTime) {
  Follow({.policy = RefreshPolicy::kScheduled, .cron = "0 3 * * *"});
  before_embedding_ = [](const Context&) { return Status(Internal("model_broken", "for good")); };
  Append(100);
  AdvanceTo(hours(3));
  EXPECT_EQ(Look(), 1u);
  EXPECT_EQ(Look(), 0u);
  for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
    clock_.Advance(minutes(pause) - std::chrono::seconds(1));
    EXPECT_EQ(Look(), 0u) << pause;
    clock_.Advance(std::chrono::seconds(1));
    EXPECT_EQ(Look(), 1u) << pause;
    EXPECT_EQ(Look(), 0u) << pause;
  }
  before_embedding_ = nullptr;
  // Refreshed by hand: the failures are forgotten, the schedule counts again.
  LAKE_ASSERT_OK(RefreshOk({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  EXPECT_EQ(Look(), 0u);
  Append(101);
  EXPECT_EQ(Look(), 0u);
  AdvanceTo(hours(3));
  EXPECT_EQ(Look(), 1u);
}

TEST_F(RefreshPoliciesTest, AModelThatIsGoneIsLogged) {
  Follow({.policy = RefreshPolicy::kOnAppend, .cron = {}});
  Append(100);
  runner_.reset();
  Stop();
  models_ = std::make_unique<models::FakeModels>(models::FakeEmbedder::Options{.name = "another"});
  Start();
  runner_.emplace(Parts());
  EXPECT_EQ(Look(), 0u);
  EXPECT_EQ(log_.Count("refresh_not_started"), 1u);
  EXPECT_EQ(Look(), 0u);
  EXPECT_EQ(log_.Count("refresh_not_started"), 1u);
  clock_.Advance(minutes(1));
  EXPECT_EQ(Look(), 0u);
  EXPECT_EQ(log_.Count("refresh_not_started"), 2u);
}

TEST_F(RefreshPoliciesTest, TheThreadLooksAfterACommit) {
  Follow({.policy = RefreshPolicy::kOnAppend, .cron = {}});
  policies_ = RefreshPolicies::Start(Parts());
  Append(100);
  const Context patience = {.deadline = Deadline::After(std::chrono::seconds(60))};
  for (catalog::Version seen = catalog_->snapshot()->version(); Stale();
       seen = catalog_->snapshot()->version())
    LAKE_ASSERT_OK(catalog_->WaitForCommit(patience, seen));
}

TEST_F(RefreshPoliciesTest, WrongSettingsAreRefused) {
  AddNotes(kFewNotes);
  NewIndex index = Notes();
  index.refresh = {.policy = RefreshPolicy::kScheduled, .cron = "0 25 * * *"};
  EXPECT_THAT(service_->Prepare(Request(), index), IsError(ErrorCode::kInvalidArgument, "bad_cron"));
  LAKE_ASSERT_OK(BuildOk(Notes()));
  const auto set = [this](const RefreshSettings& settings) {
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
