// Goal: what a promotion finds is measured once for each graph that answers with it, with the queries of its
// trial, and what finds less than promised is rolled back once, for good. Method: looks of the watch over
// real jobs and an index of 2,000 chunks; trials whose figures are made up beside one that was measured.
#include "lake/tuning/canary.h"

#include "canary_runner.h"
#include "lake/catalog/commit_follower.h"
#include "tuned_lake.h"

namespace lake::tuning {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr vector::HnswConfig kPoor = {.ef_construction = 10, .ef_search = 10, .seed = 7};

class CanaryTest : public TunedLake {
 protected:
  void SetUp() override {
    TunedLake::SetUp();
    MakeIndex();
    LAKE_ASSERT_OK(Autogen({.name = "auto", .index_name = "notes-index", .count = 400}));
    runner_.emplace(Parts());
  }
  CanaryWatchParts Parts() { return {.catalog = *catalog_, .jobs = *jobs_, .clock = clock_, .log = log_}; }
  void Promote(const Trial& trial) {
    LAKE_ASSERT_OK(promotions_->Promote(Request(), "notes-index",
                                        {.config = trial.config, .trial_id = trial.id, .note = "because"}));
  }
  /// The graph of what is promoted.
  void Refresh() { LAKE_ASSERT_OK(RefreshOk({.dataset = "notes", .index_name = {}, .otherwise = {}})); }
  /// What the jobs said that a look submitted.
  std::vector<CanaryChecked> Look() {
    const std::vector<jobs::Job> before = jobs_->List({}, 1000);
    runner_->Look(Context{});
    WaitForJobs();
    std::vector<CanaryChecked> checked;
    for (const jobs::Job& job : jobs_->List({}, 1000)) {
      if (std::ranges::find(before, job.id, &jobs::Job::id) != before.end()) continue;
      EXPECT_EQ(job.kind, kCanaryJob);
      EXPECT_TRUE(job.result) << job.error->detail;
      if (job.result) checked.push_back(*FromJson<CanaryChecked>(*job.result, Reading::kTolerant));
    }
    return checked;
  }

  std::optional<CanaryRunner> runner_;
};

TEST_F(CanaryTest, WhatIsPromisedAndFoundStays) {
  EXPECT_THAT(Look(), IsEmpty());  // Nothing is promoted.
  LAKE_ASSERT_OK_AND_ASSIGN(
      const Trial trial,
      Try({.index_name = "notes-index", .harness = "auto", .config = {160, 60, 3}, .note = {}}));
  Promote(trial);
  EXPECT_THAT(Look(), IsEmpty());  // It does not answer yet.
  Refresh();
  std::vector<CanaryChecked> checked = Look();
  ASSERT_THAT(checked, SizeIs(1));
  EXPECT_EQ(checked[0].verdict, CanaryVerdict::kHolds) << *checked[0].reason;
  EXPECT_EQ(checked[0].canary->eval_set, "auto");
  EXPECT_EQ(checked[0].canary->ef_search, 60u);
  // Those for judging.
  EXPECT_EQ(checked[0].canary->recall.queries, 200u);
  EXPECT_EQ(Record().canary->generation, Record().live->id);
  EXPECT_EQ(Record().promotions->current->trial_id, trial.id);
  EXPECT_THAT(Look(), IsEmpty());
  // Other rows, another graph: it is measured again.
  AppendNotes("more",
              "SELECT (5000 + i)::BIGINT AS id, 'more of word' || i AS text, 1::BIGINT AS region "
              "FROM range(50) t(i)");
  EXPECT_THAT(Look(), IsEmpty());
  Refresh();
  checked = Look();
  ASSERT_THAT(checked, SizeIs(1));
  EXPECT_EQ(checked[0].canary->generation, Record().live->id);
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(CanaryTest, WhatFindsLessIsRolledBackOnce) {
  const std::string first = Record().live->id;
  const Trial wrong = Claimed("trial-1-wrong", kPoor, 0.999);
  LAKE_ASSERT_OK(Journal(wrong));
  Promote(wrong);
  Refresh();
  std::vector<CanaryChecked> checked = Look();
  ASSERT_THAT(checked, SizeIs(1));
  ASSERT_EQ(checked[0].verdict, CanaryVerdict::kRolledBack) << *checked[0].reason;
  vector::IndexRecord record = Record();
  EXPECT_FALSE(record.promotions->current);
  EXPECT_EQ(record.live->id, first);  // It was kept: the way back is one commit.
  ASSERT_THAT(*record.promotions->rolled_back, SizeIs(1));
  const vector::Promotion& gone = record.promotions->rolled_back->front();
  EXPECT_EQ(gone.trial_id, wrong.id);
  EXPECT_THAT(*gone.note, StartsWith("rolled back: recall "));
  EXPECT_THAT(*gone.note, HasSubstr("; because"));
  EXPECT_EQ(log_.Count("canary_measured"), 1u);
  const auto file =
      store_->Get(Context{}, *storage::ObjectKey::Parse("_hnsw_promotions/notes-index.json"), {});
  EXPECT_EQ(*file, WriteJson(*record.promotions) + "\n");
  EXPECT_THAT(Look(), IsEmpty());
  // Who promotes it again has the last word, whatever it finds.
  clock_.Advance(std::chrono::seconds(1));
  Promote(wrong);
  checked = Look();
  ASSERT_THAT(checked, SizeIs(1));
  EXPECT_EQ(checked[0].verdict, CanaryVerdict::kKept);
  EXPECT_EQ(Record().promotions->current->trial_id, wrong.id);
  EXPECT_THAT(*Record().promotions->rolled_back, SizeIs(1));
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(CanaryTest, TheWholeWayBackStepByStep) {
  const Trial one = Claimed("trial-1-a", {12, 12, 1}, 0.999);
  const Trial two = Claimed("trial-2-b", {10, 10, 2}, 0.999);
  for (const Trial& wrong : {one, two}) {
    LAKE_ASSERT_OK(Journal(wrong));
    Promote(wrong);
  }
  Refresh();
  EXPECT_THAT(Look(), SizeIs(1));
  // What is promoted now is no better, but does not answer: it needs a graph of its own.
  EXPECT_EQ(Record().promotions->current->trial_id, "trial-1-a");
  EXPECT_THAT(Look(), IsEmpty());
  Refresh();
  EXPECT_THAT(Look(), SizeIs(1));
  EXPECT_FALSE(Record().promotions->current);
  EXPECT_THAT(*Record().promotions->rolled_back, SizeIs(2));
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(CanaryTest, WithoutTheSetQueriesAreMade) {
  Trial wrong = Claimed("trial-1-wrong", kPoor, 0.999);
  wrong.eval_set = "gone";
  LAKE_ASSERT_OK(Journal(wrong));
  Promote(wrong);
  Refresh();
  const std::vector<CanaryChecked> checked = Look();
  ASSERT_THAT(checked, SizeIs(1));
  EXPECT_FALSE(checked[0].canary->eval_set);
  EXPECT_GT(checked[0].canary->recall.queries, 100u);
  EXPECT_EQ(checked[0].verdict, CanaryVerdict::kRolledBack);
}

TEST_F(CanaryTest, WhatIsPromotedMeanwhileIsNotJudgedByIt) {
  const Trial wrong = Claimed("trial-1-wrong", kPoor, 0.999);
  LAKE_ASSERT_OK(Journal(wrong));
  Promote(wrong);
  Refresh();
  const vector::IndexRecord record = Record();
  vector::CanaryRecall canary = {.trial_id = wrong.id,
                                 .promoted_at = record.promotions->current->promoted_at,
                                 .generation = record.live->id,
                                 .ef_search = 10};
  clock_.Advance(std::chrono::seconds(1));
  Promote(wrong);
  EXPECT_THAT(promotions_->KeepCanary(Context{}, "notes-index", canary, "less"),
              IsError(ErrorCode::kAborted, "canary_outdated"));
  EXPECT_FALSE(Record().canary);
  EXPECT_THAT(Record().promotions->history, SizeIs(1));
}

TEST_F(CanaryTest, TheWatchLooksAfterACommit) {
  const Trial wrong = Claimed("trial-1-wrong", kPoor, 0.999);
  LAKE_ASSERT_OK(Journal(wrong));
  Promote(wrong);
  const std::unique_ptr<CanaryWatch> watch = CanaryWatch::Start(Parts());
  Refresh();
  const Context patience = {.deadline = Deadline::After(std::chrono::seconds(60))};
  for (catalog::Version seen = catalog_->snapshot()->version(); Record().promotions->current;
       seen = catalog_->snapshot()->version())
    LAKE_ASSERT_OK(catalog_->WaitForCommit(patience, seen));
}

}  // namespace
}  // namespace lake::tuning
