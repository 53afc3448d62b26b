// Goal: the best trial is that of the contract's rules, also with ties and figures that were not measured.
// Method: examples with one thing different, and many random journals in which the answer is compared with
// the rules as they are written: nothing else may be better, and ties go by age.
#include "lake/tuning/best_trial.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lake/common/seeded_numbers.h"

namespace lake::tuning {
namespace {

using testing::Eq;
using testing::Optional;

Trial MakeTrial(double recall, double p95_us, int64_t created_at) {
  Trial trial;
  trial.metrics.recall_at_k = recall;
  trial.metrics.search_latency_p95_us = p95_us;
  trial.created_at = Timestamp{created_at};
  return trial;
}

std::optional<size_t> Best(const std::vector<Trial>& trials, BestBy by) { return FindBest(trials, by, {}); }

TEST(BestTrialTest, NoneOfNone) { EXPECT_THAT(Best({}, BestBy::kPareto), Eq(std::nullopt)); }

TEST(BestTrialTest, TheHighestRecallTheNewestOfEquals) {
  EXPECT_THAT(Best({MakeTrial(0.8, 1, 1), MakeTrial(0.9, 9, 2), MakeTrial(0.7, 1, 3)}, BestBy::kRecall),
              Optional(1u));
  EXPECT_THAT(Best({MakeTrial(0.9, 1, 3), MakeTrial(0.9, 9, 2)}, BestBy::kRecall), Optional(0u));
  EXPECT_THAT(Best({MakeTrial(0.9, 1, 2), MakeTrial(0.9, 9, 2)}, BestBy::kRecall), Optional(1u));
}

TEST(BestTrialTest, TheLowestLatencyTheOldestOfEquals) {
  EXPECT_THAT(Best({MakeTrial(1, 30, 1), MakeTrial(0, 20, 2), MakeTrial(1, 40, 3)}, BestBy::kLatency),
              Optional(1u));
  EXPECT_THAT(Best({MakeTrial(1, 20, 3), MakeTrial(1, 20, 2)}, BestBy::kLatency), Optional(1u));
  EXPECT_THAT(Best({MakeTrial(1, 20, 2), MakeTrial(1, 20, 2)}, BestBy::kLatency), Optional(0u));
}

TEST(BestTrialTest, AMillisecondCostsAFifthOfTheRecallAndMoreCostsNoMore) {
  // 0.95 - 0.2 * 0.5 = 0.85 against 0.86 - 0 = 0.86.
  EXPECT_THAT(Best({MakeTrial(0.95, 500, 1), MakeTrial(0.86, 0, 2)}, BestBy::kPareto), Optional(1u));
  EXPECT_THAT(Best({MakeTrial(0.95, 500, 1), MakeTrial(0.84, 0, 2)}, BestBy::kPareto), Optional(0u));
  EXPECT_THAT(Best({MakeTrial(0.9, 1000, 2), MakeTrial(0.9, 1e9, 1)}, BestBy::kPareto), Optional(0u));
  const std::vector<Trial> trials = {MakeTrial(0.95, 500, 1), MakeTrial(0.9, 0, 2)};
  EXPECT_THAT(FindBest(trials, BestBy::kPareto, {.latency_weight = 0, .latency_cap_us = 1000}), Optional(0u));
  EXPECT_THAT(FindBest(trials, BestBy::kPareto, {.latency_weight = 1, .latency_cap_us = 500}), Optional(1u));
}

TEST(BestTrialTest, WhatWasNotMeasuredIsLast) {
  for (const BestBy by : {BestBy::kRecall, BestBy::kLatency, BestBy::kPareto}) {
    EXPECT_THAT(Best({MakeTrial(kNotMeasured, kNotMeasured, 9), MakeTrial(0, 1e9, 1)}, by), Optional(1u));
    EXPECT_THAT(Best({MakeTrial(0, 1e9, 1), MakeTrial(kNotMeasured, kNotMeasured, 9)}, by), Optional(0u));
  }
  EXPECT_THAT(Best({MakeTrial(1, kNotMeasured, 9), MakeTrial(0.1, 900, 1)}, BestBy::kPareto), Optional(1u));
  const std::vector<Trial> nothing = {MakeTrial(kNotMeasured, kNotMeasured, 1),
                                      MakeTrial(kNotMeasured, kNotMeasured, 2)};
  EXPECT_THAT(Best(nothing, BestBy::kRecall), Optional(1u));
  EXPECT_THAT(Best(nothing, BestBy::kLatency), Optional(0u));
}

double RuleOf(const Trial& trial, BestBy by) {
  if (by == BestBy::kRecall) return trial.metrics.recall_at_k;
  if (by == BestBy::kLatency) return -trial.metrics.search_latency_p95_us;
  const double p95 = trial.metrics.search_latency_p95_us;
  return std::isnan(p95) ? p95 : trial.metrics.recall_at_k - 0.2 * std::min(p95 / 1000, 1.0);
}

TEST(BestTrialTest, NothingBeatsTheBestOfRandomJournals) {
  SeededNumbers random(7);
  // Few different values, so that ties are common.
  const auto figure = [&](double step) {
    const uint64_t drawn = random.Below(6);
    return drawn == 5 ? kNotMeasured : static_cast<double>(drawn) * step;
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<Trial> trials;
    const uint64_t count = 1 + random.Below(8);
    for (uint64_t i = 0; i < count; ++i)
      trials.push_back(MakeTrial(figure(0.2), figure(300), static_cast<int64_t>(random.Below(4))));
    for (const BestBy by : {BestBy::kRecall, BestBy::kLatency, BestBy::kPareto}) {
      const std::optional<size_t> best = Best(trials, by);
      ASSERT_TRUE(best.has_value());
      const double champion = RuleOf(trials[*best], by);
      for (size_t i = 0; i < trials.size(); ++i) {
        const double score = RuleOf(trials[i], by);
        EXPECT_FALSE(score > champion || (std::isnan(champion) && !std::isnan(score)));
        if (i == *best || !(score == champion || (std::isnan(score) && std::isnan(champion)))) continue;
        const auto age = std::pair(trials[i].created_at, i);
        const auto champions = std::pair(trials[*best].created_at, *best);
        EXPECT_EQ(by == BestBy::kLatency, champions < age);
      }
    }
  }
}

}  // namespace
}  // namespace lake::tuning
