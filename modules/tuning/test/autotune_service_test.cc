// Goal: a grid is tried, journaled and its winner promoted, once, also when the job runs again; one run an
// index at a time. Method: runs over a real index of 2,000 chunks; journal and record are looked at
// afterwards.
#include <set>

#include "lake/tuning/autotune.h"
#include "tuned_lake.h"

namespace lake::tuning {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class AutotuneServiceTest : public TunedLake {
 protected:
  void SetUp() override {
    TunedLake::SetUp();
    MakeIndex();
    LAKE_ASSERT_OK(Autogen({.name = "auto", .index_name = "notes-index", .count = 100}));
  }
  static AutotuneRequest Wanted() {
    return {.index_name = "Notes-Index",
            .harness = "auto",
            .limits = {.min_recall = 0.5},
            .grid = {{{20, 40, 1}, {5, 30, {}}, {40, 40, 1}, {20, 200, 1}}}};
  }
  Result<Autotuned> Tune(const AutotuneRequest& wanted) {
    return Await<Autotuned>(kAutotuneJob, autotune_->Prepare(Request(), wanted));
  }
  std::vector<Trial> Trials() { return trials_->Read(Request(), "notes-index").value().trials; }
  std::optional<vector::Promotions> Promoted() {
    return service_->Find(Request(), "notes-index").value().record.promotions;
  }
};

TEST_F(AutotuneServiceTest, TriesAllAndPromotesTheWinner) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned tuned, Tune(Wanted()));
  EXPECT_EQ(tuned.index_name, "notes-index");
  EXPECT_EQ(tuned.trials_run, 3u);
  EXPECT_EQ(tuned.trials_eligible, 3u);
  EXPECT_THAT(tuned.skipped, ElementsAre("ef_construction=5 out of bounds [10,400]"));
  EXPECT_THAT(tuned.failed, IsEmpty());
  EXPECT_TRUE(tuned.promoted);
  const std::vector<Trial> trials = Trials();
  ASSERT_THAT(trials, SizeIs(3));
  EXPECT_THAT(trials, Each(Field(&Trial::note, "autotune")));
  // One build for both ef_search, and its figures in both.
  EXPECT_EQ(trials[0].build_id, trials[1].build_id);
  EXPECT_EQ(trials[0].metrics.build_time_secs, trials[1].metrics.build_time_secs);
  EXPECT_NE(trials[0].build_id, trials[2].build_id);
  EXPECT_EQ(log_.Count("trial_slot_built"), 2u);
  EXPECT_EQ(log_.Count("trial_slot_dropped"), 2u);
  ASSERT_TRUE(tuned.winner);
  for (const Trial& trial : trials) EXPECT_GE(tuned.winner->recall_at_k, trial.metrics.recall_at_k);
  ASSERT_TRUE(Promoted() && Promoted()->current);
  EXPECT_EQ(Promoted()->current->trial_id, tuned.winner->trial_id);
  EXPECT_EQ(Promoted()->current->config, tuned.winner->config);
  EXPECT_EQ(Promoted()->current->promoted_by, "autotune");
  EXPECT_EQ(*Promoted()->current->note,
            fmt::format("autotune winner: recall={:.3f} p50={:.0f}us", tuned.winner->recall_at_k,
                        tuned.winner->search_latency_p50_us));
}

TEST_F(AutotuneServiceTest, WithoutAnEligibleOneNothingIsPromoted) {
  AutotuneRequest wanted = Wanted();
  wanted.limits.max_build_secs = 0;
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned tuned, Tune(wanted));
  EXPECT_EQ(tuned.trials_run, 3u);
  EXPECT_EQ(tuned.trials_eligible, 0u);
  EXPECT_FALSE(tuned.winner);
  EXPECT_FALSE(tuned.promoted);
  EXPECT_THAT(*tuned.reason, HasSubstr("none of 3 trials"));
  EXPECT_FALSE(Promoted());
}

TEST_F(AutotuneServiceTest, RunAgainItAddsNothing) {
  LAKE_ASSERT_OK_AND_ASSIGN(const JsonValue payload, autotune_->Prepare(Request(), Wanted()));
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned first, Await<Autotuned>(kAutotuneJob, payload));
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned again, Await<Autotuned>(kAutotuneJob, payload));
  EXPECT_EQ(first.winner->trial_id, again.winner->trial_id);
  EXPECT_TRUE(again.promoted);
  EXPECT_THAT(Trials(), SizeIs(3));
  EXPECT_THAT(Promoted()->history, IsEmpty());
}

TEST_F(AutotuneServiceTest, OneAtATime) {
  LAKE_ASSERT_OK_AND_ASSIGN(const JsonValue payload, autotune_->Prepare(Request(), Wanted()));
  EXPECT_THAT(autotune_->Prepare(Request(), Wanted()),
              IsError(ErrorCode::kAlreadyExists, "autotune_running"));
  LAKE_ASSERT_OK(Await<Autotuned>(kAutotuneJob, payload));
  LAKE_ASSERT_OK_AND_ASSIGN(const JsonValue unwanted, autotune_->Prepare(Request(), Wanted()));
  autotune_->Release(unwanted);
  LAKE_ASSERT_OK(autotune_->Prepare(Request(), Wanted()));
}

TEST_F(AutotuneServiceTest, WhatCannotBeTriedIsSaid) {
  AutotuneRequest wanted = Wanted();
  wanted.grid = std::vector<GridConfig>{{5, 30, {}}};
  EXPECT_THAT(autotune_->Prepare(Request(), wanted), IsError(ErrorCode::kInvalidArgument, "grid_rejected"));
  wanted.grid.emplace();
  EXPECT_THAT(autotune_->Prepare(Request(), wanted), IsError(ErrorCode::kInvalidArgument, "grid_rejected"));
  wanted.grid->assign(kMaxGridConfigs + 1, {80, 30, {}});
  EXPECT_THAT(autotune_->Prepare(Request(), wanted), IsError(ErrorCode::kInvalidArgument, "grid_too_large"));
  wanted = Wanted();
  wanted.harness = "nothing";
  EXPECT_THAT(autotune_->Prepare(Request(), wanted), IsError(ErrorCode::kNotFound, "eval_set_not_found"));
  wanted.index_name = "nowhere";
  EXPECT_THAT(autotune_->Prepare(Request(), wanted), IsError(ErrorCode::kNotFound, "index_not_found"));
  // None of these took the index.
  LAKE_ASSERT_OK(autotune_->Prepare(Request(), Wanted()));
}

TEST_F(AutotuneServiceTest, EpsilonGreedyProposesWhatWasNotTried) {
  AutotuneRequest wanted = Wanted();
  wanted.grid.reset();
  wanted.strategy = TuningStrategy::kEpsilonGreedy;
  wanted.max_trials = 3;
  LAKE_ASSERT_OK_AND_ASSIGN(const JsonValue payload, autotune_->Prepare(Request(), wanted));
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned tuned, Await<Autotuned>(kAutotuneJob, payload));
  EXPECT_EQ(tuned.trials_run, 3u);
  EXPECT_TRUE(tuned.promoted);
  const std::vector<Trial> trials = Trials();
  ASSERT_THAT(trials, SizeIs(3));
  for (size_t i = 0; i < trials.size(); ++i) {
    LAKE_EXPECT_OK(vector::CheckHnswConfig(trials[i].config));
    EXPECT_FALSE(trials[i].half);
    for (size_t j = 0; j < i; ++j) EXPECT_FALSE(trials[i].config == trials[j].config);
  }
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned again, Await<Autotuned>(kAutotuneJob, payload));
  EXPECT_EQ(again.winner->trial_id, tuned.winner->trial_id);
  EXPECT_THAT(Trials(), SizeIs(3));
  EXPECT_THAT(Promoted()->history, IsEmpty());
}

TEST_F(AutotuneServiceTest, ModelWalksBuildsWholeAndExplainsItsDecision) {
  AutotuneRequest wanted = Wanted();
  wanted.grid.reset();
  wanted.strategy = TuningStrategy::kModel;
  wanted.max_trials = 9;
  LAKE_ASSERT_OK_AND_ASSIGN(const JsonValue payload, autotune_->Prepare(Request(), wanted));
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned tuned, Await<Autotuned>(kAutotuneJob, payload));
  const std::vector<Trial> trials = Trials();
  EXPECT_EQ(tuned.trials_run, trials.size());
  EXPECT_LE(trials.size(), 9u + 2);
  EXPECT_EQ(trials[0].build_id, trials[1].build_id);
  EXPECT_THAT(*trials[0].per_query_hits, SizeIs(50));  // Half of 100 queries.
  const auto judged = std::ranges::count(trials, std::optional(EvalHalf::kValidate), &Trial::half);
  if (tuned.decision) {
    EXPECT_EQ(judged, 2);
    EXPECT_EQ(tuned.decision->promote, tuned.promoted);
    EXPECT_EQ(tuned.decision->queries, 50u);
    EXPECT_EQ(tuned.decision->champion.config, vector::HnswConfig{});
    EXPECT_EQ(trials[trials.size() - 2].id, tuned.decision->candidate.trial_id);
  } else {
    EXPECT_EQ(judged, 0);
    EXPECT_THAT(*tuned.reason, HasSubstr("nothing better"));
  }
  EXPECT_EQ(tuned.promoted, Promoted() && Promoted()->current);
  if (tuned.promoted) EXPECT_EQ(Promoted()->current->trial_id, tuned.winner->trial_id);
  // Run again it finds the trials that it has.
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned again, Await<Autotuned>(kAutotuneJob, payload));
  EXPECT_EQ(
      static_cast<size_t>(std::ranges::count(Trials(), std::optional(EvalHalf::kTune), &Trial::half)) +
          static_cast<size_t>(std::ranges::count(Trials(), std::optional(EvalHalf::kValidate), &Trial::half)),
      Trials().size());
  EXPECT_LE(Trials().size(), 9u + 2);
  if (tuned.promoted) EXPECT_THAT(Promoted()->history, IsEmpty());
}

TEST_F(AutotuneServiceTest, WhatTheModelCannotBeSureOfIsNotPromoted) {
  AutotuneRequest wanted = Wanted();
  wanted.grid.reset();
  wanted.strategy = TuningStrategy::kModel;
  wanted.max_trials = 6;
  wanted.limits.min_recall = 0.99;  // No 50 queries prove that.
  LAKE_ASSERT_OK_AND_ASSIGN(const Autotuned tuned, Tune(wanted));
  EXPECT_FALSE(tuned.promoted);
  EXPECT_FALSE(tuned.winner);
  ASSERT_TRUE(tuned.reason);
  if (tuned.decision) EXPECT_LT(tuned.decision->candidate.recall_bound, 0.99);
  EXPECT_FALSE(Promoted());
}

TEST_F(AutotuneServiceTest, WhatIsNotOfTheStrategyIsRefused) {
  AutotuneRequest wanted = Wanted();
  wanted.strategy = TuningStrategy::kModel;
  EXPECT_THAT(autotune_->Prepare(Request(), wanted), IsError(ErrorCode::kInvalidArgument, "not_of_strategy"));
  wanted = Wanted();
  wanted.max_trials = 3;
  EXPECT_THAT(autotune_->Prepare(Request(), wanted), IsError(ErrorCode::kInvalidArgument, "not_of_strategy"));
  wanted = Wanted();
  wanted.max_cpu_secs = 3;
  EXPECT_THAT(autotune_->Prepare(Request(), wanted), IsError(ErrorCode::kInvalidArgument, "not_of_strategy"));
  LAKE_ASSERT_OK(autotune_->Prepare(Request(), Wanted()));
}

}  // namespace
}  // namespace lake::tuning
