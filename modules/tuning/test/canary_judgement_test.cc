// Goal: what a promotion has to find follows from its trial, and only one that found less for sure, and in
// whose place comes something that may find more, is rolled back, once. Method: made-up trials and figures.
#include "canary_judgement.h"

#include <gmock/gmock.h>

namespace lake::tuning {
namespace {

using testing::HasSubstr;

Trial TrialOf(double recall, std::optional<double> low) {
  Trial trial = {
      .id = "trial-1", .index_name = "i", .eval_set = "e", .config = {}, .metrics = {}, .created_at = {}};
  trial.metrics.recall_at_k = recall;
  trial.metrics.recall_low = low;
  trial.metrics.eval_queries = 1000;
  return trial;
}

TEST(CanaryFloorTest, IsWhatTheTrialHadForSure) {
  EXPECT_EQ(CanaryFloor(TrialOf(0.97, 0.95), 0.9), 0.95);
  // Its interval is wide: it promised no more than others have to find.
  EXPECT_EQ(CanaryFloor(TrialOf(0.95, 0.7), 0.9), 0.9);
  // Somebody wanted little, and knew.
  EXPECT_EQ(CanaryFloor(TrialOf(0.6, 0.55), 0.9), 0.55);
  EXPECT_EQ(CanaryFloor(std::nullopt, 0.9), 0.9);
  EXPECT_EQ(CanaryFloor(TrialOf(kNotMeasured, {}), 0.9), 0.9);
  // Of a trial without an interval it is that of a share of so many queries.
  EXPECT_NEAR(CanaryFloor(TrialOf(0.97, {}), 0.9), 0.957, 0.001);
}

class CanaryJudgementTest : public testing::Test {
 protected:
  CanaryJudgementTest() {
    record_.config = vector::HnswConfig{.ef_construction = 80, .ef_search = 30};
    record_.promotions.emplace();
    Promote("trial-1", {.ef_construction = 20, .ef_search = 30});
  }
  void Promote(const std::string& trial, const vector::HnswConfig& config) {
    vector::Promote({.config = config,
                     .trial_id = trial,
                     .promoted_at = {},
                     .promoted_by = "me",
                     .note = {},
                     .unknown = {}},
                    &*record_.promotions);
  }
  CanaryJudgement Judge(double low, double high) const {
    return JudgeCanary(
        record_, {.trial_id = record_.promotions->current->trial_id,
                  .promoted_at = {},
                  .generation = "g",
                  .ef_search = 30,
                  .eval_set = {},
                  .recall = {.k = 10, .queries = 500, .mean = (low + high) / 2, .low = low, .high = high},
                  .floor = 0.95,
                  .measured_at = {}});
  }

  vector::IndexRecord record_;
};

TEST_F(CanaryJudgementTest, OnlyWhatIsSurelyLessIsRolledBack) {
  EXPECT_EQ(Judge(0.96, 0.98).verdict, CanaryVerdict::kHolds);
  EXPECT_EQ(Judge(0.90, 0.95).verdict, CanaryVerdict::kHolds);
  const CanaryJudgement judgement = Judge(0.90, 0.949);
  EXPECT_EQ(judgement.verdict, CanaryVerdict::kRolledBack);
  EXPECT_EQ(judgement.reason, "rolled back: recall 0.900 to 0.949 by 500 queries, 0.950 was promised");
}

TEST_F(CanaryJudgementTest, NotForWhatFindsNoMore) {
  Promote("trial-2", {.ef_construction = 20, .ef_search = 60});
  CanaryJudgement judgement = Judge(0.8, 0.9);
  EXPECT_EQ(judgement.verdict, CanaryVerdict::kKept);
  EXPECT_THAT(judgement.reason,
              HasSubstr("ef_construction=20 ef_search=30 seed=default) would find no more"));
  // Before the first promotion it is the index's own configuration.
  record_.promotions->history.clear();
  EXPECT_EQ(Judge(0.8, 0.9).verdict, CanaryVerdict::kRolledBack);
  record_.config = vector::HnswConfig{.ef_construction = 10, .ef_search = 60};
  EXPECT_EQ(Judge(0.8, 0.9).verdict, CanaryVerdict::kKept);
}

TEST_F(CanaryJudgementTest, WhoPromotesItAgainWantsItSo) {
  ASSERT_TRUE(RollBackBecause("less", &*record_.promotions).ok());
  Promote("trial-1", {.ef_construction = 20, .ef_search = 30});
  EXPECT_EQ(Judge(0.8, 0.9).verdict, CanaryVerdict::kKept);
  EXPECT_EQ(Judge(0.96, 0.98).verdict, CanaryVerdict::kHolds);
}

}  // namespace
}  // namespace lake::tuning
