// Goal: of a grid what is out of bounds is skipped with the words that clients know, builds are shared, and
// the winner is the one that the rules name, whatever is missing or equal. Method: examples, and properties
// over random trials.
#include "autotune_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lake/common/seeded_numbers.h"

namespace lake::tuning::autotune_choice_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Trial Measured(double recall, double p50, double build_secs) {
  Trial trial;
  trial.metrics.recall_at_k = recall;
  trial.metrics.search_latency_p50_us = p50;
  trial.metrics.search_latency_p95_us = 2 * p50;
  trial.metrics.build_time_secs = build_secs;
  trial.metrics.memory_bytes = 1000;
  return trial;
}

TEST(AutotuneChoiceTest, WhatIsOutOfBoundsIsSkipped) {
  const std::vector<GridConfig> grid = {{5, 30, {}}, {80, 500, {}}, {10, 10, 7}, {400, 200, {}}, {-1, 0, {}}};
  const CheckedGrid checked = CheckBounds(grid);
  EXPECT_THAT(checked.skipped,
              ElementsAre("ef_construction=5 out of bounds [10,400]", "ef_search=500 out of bounds [10,200]",
                          "ef_construction=-1 out of bounds [10,400]"));
  EXPECT_THAT(checked.configs,
              ElementsAre(vector::HnswConfig{.ef_construction = 10, .ef_search = 10, .seed = 7},
                          vector::HnswConfig{.ef_construction = 400, .ef_search = 200}));
}

TEST(AutotuneChoiceTest, FurtherOptionsHaveBoundsToo) {
  const std::vector<GridConfig> grid = {
      {.degree = 97},
      {.alpha = 2.5},
      {.rerank = 0},
      {.degree = 4, .alpha = 1.5, .code = ann::Code::kInt4, .rerank = 1000}};
  const CheckedGrid checked = CheckBounds(grid);
  EXPECT_THAT(checked.skipped, ElementsAre("degree=97 out of bounds [4,96]", "alpha=2.5 out of bounds [1,2]",
                                           "rerank=0 out of bounds [1,1000]"));
  EXPECT_THAT(checked.configs, ElementsAre(vector::HnswConfig{
                                   .degree = 4, .alpha = 1.5, .code = ann::Code::kInt4, .rerank = 1000}));
}

TEST(AutotuneChoiceTest, TheDefaultGridIsWithinTheBounds) {
  const std::vector<GridConfig> grid = DefaultGrid();
  const CheckedGrid checked = CheckBounds(grid);
  EXPECT_THAT(checked.configs, SizeIs(5));
  EXPECT_THAT(checked.skipped, IsEmpty());
  EXPECT_EQ(checked.configs[3], (vector::HnswConfig{.ef_construction = 80, .ef_search = 60, .seed = 42}));
}

TEST(AutotuneChoiceTest, ThoseThatShareABuildFollowEachOther) {
  const std::vector<vector::HnswConfig> configs = {{.ef_construction = 80, .ef_search = 30},
                                                   {.ef_construction = 20, .ef_search = 30},
                                                   {.ef_construction = 80, .ef_search = 60},
                                                   {.ef_construction = 80, .ef_search = 30, .seed = 1},
                                                   {.ef_construction = 20, .ef_search = 10}};
  EXPECT_THAT(OrderByBuild(configs), ElementsAre(0, 2, 1, 4, 3));
  EXPECT_THAT(OrderByBuild({}), IsEmpty());
}

TEST(AutotuneChoiceTest, TiesGoToTheQuickerThenTheShorterBuildThenTheFirst) {
  const TuningLimits limits;
  EXPECT_EQ(FindWinner(std::vector{Measured(0.9, 50, 1), Measured(0.95, 90, 9)}, limits), 1u);
  EXPECT_EQ(FindWinner(std::vector{Measured(0.95, 50, 1), Measured(0.95, 40, 9)}, limits), 1u);
  EXPECT_EQ(FindWinner(std::vector{Measured(0.95, 40, 2), Measured(0.95, 40, 1)}, limits), 1u);
  EXPECT_EQ(FindWinner(std::vector{Measured(0.95, 40, 1), Measured(0.95, 40, 1)}, limits), 0u);
  EXPECT_EQ(FindWinner(std::vector{Measured(0.89, 40, 1)}, limits), std::nullopt);
  EXPECT_EQ(FindWinner({}, limits), std::nullopt);
}

TEST(AutotuneChoiceTest, WhatIsMissingNeverWins) {
  const double none = kNotMeasured;
  EXPECT_EQ(FindWinner(std::vector{Measured(none, 1, 1), Measured(0.9, 50, 1)}, {}), 1u);
  EXPECT_EQ(FindWinner(std::vector{Measured(0.9, none, 1), Measured(0.9, 50, 1)}, {}), 1u);
  EXPECT_EQ(FindWinner(std::vector{Measured(none, 1, 1)}, {.min_recall = 0}), std::nullopt);
  EXPECT_FALSE(IsEligible(Measured(0.9, none, 1), {.max_p95_us = 1e9}));
}

TEST(AutotuneChoiceTest, LimitsAreKept) {
  const Trial trial = Measured(0.95, 40, 2);
  EXPECT_TRUE(IsEligible(
      trial, {.min_recall = 0.95, .max_p95_us = 80, .max_memory_bytes = 1000, .max_build_secs = 2}));
  EXPECT_FALSE(IsEligible(trial, {.max_p95_us = 79}));
  EXPECT_FALSE(IsEligible(trial, {.max_memory_bytes = 999}));
  EXPECT_FALSE(IsEligible(trial, {.max_build_secs = 1.9}));
}

/// Few values, so that equal and missing ones are common.
std::vector<Trial> RandomTrials(SeededNumbers& random) {
  const auto figure = [&](uint64_t values) {
    const uint64_t step = random.Below(values);
    return step == 0 ? kNotMeasured : 0.85 + 0.03 * static_cast<double>(step);
  };
  std::vector<Trial> trials;
  for (uint64_t left = random.Below(12); left > 0; --left) {
    const double recall = figure(6);
    const double p50 = figure(4);
    trials.push_back(Measured(recall, p50, figure(3)));
  }
  return trials;
}

TEST(AutotuneChoiceTest, NobodyEligibleIsBetterThanTheWinner) {
  SeededNumbers random(11);
  const TuningLimits limits = {.min_recall = 0.9};
  const auto cost = [](double value) { return std::isnan(value) ? HUGE_VAL : value; };
  for (int round = 0; round < 2000; ++round) {
    const std::vector<Trial> trials = RandomTrials(random);
    const std::optional<size_t> winner = FindWinner(trials, limits);
    for (size_t i = 0; i < trials.size(); ++i) {
      if (!IsEligible(trials[i], limits)) continue;
      ASSERT_TRUE(winner);
      const TrialMetrics& best = trials[*winner].metrics;
      const TrialMetrics& other = trials[i].metrics;
      ASSERT_GE(best.recall_at_k, other.recall_at_k);
      if (best.recall_at_k != other.recall_at_k) continue;
      ASSERT_LE(cost(best.search_latency_p50_us), cost(other.search_latency_p50_us));
      if (cost(best.search_latency_p50_us) != cost(other.search_latency_p50_us)) continue;
      ASSERT_LE(cost(best.build_time_secs), cost(other.build_time_secs));
      if (cost(best.build_time_secs) == cost(other.build_time_secs)) ASSERT_LE(*winner, i);
    }
    if (winner) ASSERT_TRUE(IsEligible(trials[*winner], limits));
  }
}

}  // namespace
}  // namespace lake::tuning::autotune_choice_test
