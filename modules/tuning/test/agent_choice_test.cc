// Goal: what the agent tries and promotes follows from what is on record: the configuration in use is
// measured first, figures of other rows or queries count for nothing, and what was rolled back wins nothing.
// Method: made-up journals and records.
#include "agent_choice.h"
#include "autotune_choice.h"

#include <gmock/gmock.h>

namespace lake::tuning {
namespace {

using testing::HasSubstr;
using vector::HnswConfig;

constexpr HnswConfig kOwn = {.ef_construction = 80, .ef_search = 30};

class AgentChoiceTest : public testing::Test {
 protected:
  AgentChoiceTest() {
    record_.config = kOwn;
    record_.live = vector::Generation{.id = "now", .created_at = {}, .deletions = {}, .config = kOwn};
  }
  Trial& Add(const HnswConfig& config, double recall, double p50_us) {
    Trial& trial = journal_.emplace_back();
    trial.id = fmt::format("trial-{}", journal_.size());
    trial.index_name = "notes";
    trial.eval_set = "notes";
    trial.config = config;
    trial.metrics.recall_at_k = recall;
    trial.metrics.search_latency_p50_us = p50_us;
    trial.generation = "now";
    trial.created_by = kAgentActor;
    trial.note = kAgentActor;
    return trial;
  }
  TunedIndex Index() const {
    return {.record = record_, .journal = journal_, .eval_set = "notes", .failed = failed_};
  }

  vector::IndexRecord record_;
  std::vector<Trial> journal_;
  std::vector<HnswConfig> failed_;
};

TEST_F(AgentChoiceTest, WhatIsInUseIsMeasuredFirst) {
  EXPECT_EQ(ChooseTrial(Index())->config, kOwn);
  Add(kOwn, 0.9, 10).generation = "before";
  EXPECT_EQ(ChooseTrial(Index())->config, kOwn);
  Add(kOwn, 0.9, 10).eval_set = "others";
  EXPECT_EQ(ChooseTrial(Index())->config, kOwn);
  Add(kOwn, 0.9, 10);
  const std::optional<NextTrial> next = ChooseTrial(Index());
  EXPECT_NE(next->config, kOwn);
  EXPECT_EQ(ChooseTrial(Index())->config, next->config);
  // What could not be tried is not tried again.
  failed_.push_back(next->config);
  EXPECT_NE(ChooseTrial(Index())->config, next->config);
  // Another one is in use, and nothing is known of it.
  record_.promotions.emplace().current = vector::Promotion{.config = {200, 60, 1},
                                                           .trial_id = "t",
                                                           .promoted_at = {},
                                                           .promoted_by = "me",
                                                           .note = {},
                                                           .unknown = {}};
  EXPECT_EQ(ChooseTrial(Index())->config, (HnswConfig{200, 60, 1}));
}

TEST_F(AgentChoiceTest, OnlyItsOwnOfWhatIsLiveAreCounted) {
  Add(kOwn, 0.9, 10);
  Add(kOwn, 0.9, 10).generation = "before";
  Add(kOwn, 0.9, 10).note = "by hand";
  Add(kOwn, 0.9, 10).created_by = "somebody";
  EXPECT_EQ(CountOwnTrials(Index()), 1u);
}

TEST_F(AgentChoiceTest, TheBestIsPromotedUnlessItIsInUse) {
  Add(kOwn, 0.95, 10);
  PromotionChoice choice = ChoosePromotion(Index(), 0.9);
  EXPECT_FALSE(choice.trial);
  EXPECT_EQ(choice.reason,
            "ef_construction=80 ef_search=30 seed=default (recall=0.950 p50=10us) is the best of 1 trials "
            "and in use");
  Add({100, 30, {}}, 0.96, 12);
  Add({100, 31, {}}, 0.96, 11);
  Add({100, 32, {}}, kNotMeasured, 1);
  Add({300, 90, {}}, 1, 9).generation = "before";
  Add({300, 91, {}}, 1, 9).eval_set = "others";
  choice = ChoosePromotion(Index(), 0.9);
  EXPECT_EQ(choice.trial->id, "trial-3");
  EXPECT_THAT(choice.reason, HasSubstr("is the best of 4 trials"));
  EXPECT_EQ(WinnerNote(*choice.trial), "autotune winner: recall=0.960 p50=11us");
  choice = ChoosePromotion(Index(), 0.97);
  EXPECT_FALSE(choice.trial);
  EXPECT_EQ(choice.reason, "none of 4 trials has a recall of 0.970");
}

TEST_F(AgentChoiceTest, WhatWasRolledBackWinsNothing) {
  Add(kOwn, 0.95, 10);
  Add({100, 30, {}}, 0.99, 10);
  Add({100, 40, {}}, 0.98, 10);
  vector::Promotions& promotions = record_.promotions.emplace();
  vector::Promotion wrong = {.config = {100, 30, {}},
                             .trial_id = "an earlier trial of it",
                             .promoted_at = {},
                             .promoted_by = kAgentActor,
                             .note = {},
                             .unknown = {}};
  Promote(wrong, &promotions);
  ASSERT_TRUE(RollBackBecause("less", &promotions).ok());
  EXPECT_EQ(ChoosePromotion(Index(), 0.9).trial->id, "trial-3");
  wrong.config = {1, 1, {}};
  wrong.trial_id = "trial-3";
  Promote(wrong, &promotions);
  ASSERT_TRUE(RollBackBecause("less", &promotions).ok());
  EXPECT_FALSE(ChoosePromotion(Index(), 0.9).trial);
}

}  // namespace
}  // namespace lake::tuning
