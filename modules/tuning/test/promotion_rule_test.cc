// Goal: what is promoted is sure to find enough and to be better, and nothing else is. Method: figures of
// queries made for each rule, ties and missing figures included.
#include "promotion_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/common/seeded_numbers.h"

namespace lake::tuning::promotion_rule_test {
namespace {

using testing::HasSubstr;

constexpr size_t kQueries = 500;

Trial TrialOf(double recall, double p50_us) {
  Trial trial;
  trial.k = 10;
  trial.metrics.recall_at_k = recall;
  trial.metrics.search_latency_p50_us = p50_us;
  trial.metrics.search_latency_p95_us = 2 * p50_us;
  trial.metrics.build_time_secs = 1;
  trial.metrics.memory_bytes = 1000;
  std::vector<uint32_t>& hits = trial.per_query_hits.emplace(kQueries, 10);
  // Misses of one hit each, spread evenly.
  const auto missed = static_cast<size_t>((1 - recall) * 10 * kQueries + 0.5);
  for (size_t i = 0; i < missed; ++i) --hits[i % kQueries];
  return trial;
}

/// `missing`: share of the queries that found nine of ten.
Judged JudgedOf(double missing, double p50_us, uint64_t seed) {
  Judged judged;
  SeededNumbers random(seed);
  double found = 0;
  for (size_t i = 0; i < kQueries; ++i) {
    judged.shares.push_back(random.Uniform() < missing ? 0.9 : 1.0);
    judged.latencies_us.push_back(p50_us * (0.8 + 0.4 * random.Uniform()));
    found += judged.shares.back();
  }
  judged.config = {.trial_id = "trial",
                   .config = {.ef_search = static_cast<uint32_t>(p50_us)},
                   .recall_at_k = found / kQueries,
                   .search_latency_p50_us = p50_us,
                   .memory_bytes = 1000,
                   .build_time_secs = 10};
  return judged;
}

TEST(ChooseCandidateTest, TheQuickestThatIsSureIsChosen) {
  const std::vector<Trial> trials = {TrialOf(0.99, 90), TrialOf(0.96, 50), TrialOf(0.951, 40),
                                     TrialOf(0.9, 20)};
  // 0.951 is not sure to be 0.95.
  EXPECT_EQ(ChooseCandidate(trials, std::nullopt, {.min_recall = 0.95}, 1), 1u);
  EXPECT_EQ(ChooseCandidate(trials, std::nullopt, {.min_recall = 0.8}, 1), 3u);
  // Not lower than the champion by more than the margin.
  EXPECT_EQ(ChooseCandidate(trials, 0, {.min_recall = 0.8}, 1), 0u);
  // A champion that finds too little sets no measure.
  EXPECT_EQ(ChooseCandidate(trials, 3, {.min_recall = 0.95}, 1), 1u);
  // When none is sure: the highest recall.
  EXPECT_EQ(ChooseCandidate(trials, std::nullopt, {.min_recall = 0.999}, 1), 0u);
}

TEST(ChooseCandidateTest, TiesLimitsAndWhatIsMissing) {
  const std::vector<Trial> ties = {TrialOf(0.98, 50), TrialOf(0.99, 50), TrialOf(0.99, 50)};
  EXPECT_EQ(ChooseCandidate(ties, std::nullopt, {}, 1), 1u);
  EXPECT_EQ(ChooseCandidate(ties, std::nullopt, {.max_p95_us = 99}, 1), std::nullopt);
  EXPECT_EQ(ChooseCandidate({}, std::nullopt, {}, 1), std::nullopt);
  std::vector<Trial> missing = {TrialOf(0.99, kNotMeasured), TrialOf(0.99, 50)};
  missing.push_back(TrialOf(0.99, 10));
  missing.back().metrics.recall_at_k = kNotMeasured;
  EXPECT_EQ(ChooseCandidate(missing, std::nullopt, {}, 1), 1u);
  // Without what each query found nothing is sure.
  std::vector<Trial> unsure = {TrialOf(0.99, 10), TrialOf(0.98, 50)};
  unsure[0].per_query_hits.reset();
  EXPECT_EQ(ChooseCandidate(unsure, std::nullopt, {}, 1), 1u);
}

TEST(DecideTest, AQuickerOneThatFindsAsMuchIsPromoted) {
  const Decision decision = Decide(JudgedOf(0.1, 40, 1), JudgedOf(0.1, 60, 2), {.min_recall = 0.97}, 7);
  EXPECT_TRUE(decision.promote) << decision.reason;
  EXPECT_THAT(decision.reason, HasSubstr("p50 is"));
  EXPECT_LT(decision.p50_ratio.high, 0.8);
  EXPECT_GE(decision.candidate.recall_bound, 0.97);
  EXPECT_LT(decision.candidate.recall_bound, decision.candidate.recall_at_k);
  EXPECT_EQ(decision.queries, kQueries);
}

TEST(DecideTest, WhatIsNotSureToFindEnoughIsRefused) {
  // However quick it is.
  const Decision decision = Decide(JudgedOf(0.3, 10, 1), JudgedOf(0.1, 60, 2), {.min_recall = 0.97}, 7);
  EXPECT_FALSE(decision.promote);
  EXPECT_THAT(decision.reason, HasSubstr("sure to be"));
  // Perfect, on twenty queries.
  Judged few = JudgedOf(0, 10, 1);
  few.shares.resize(20);
  few.latencies_us.resize(20);
  Judged beside = JudgedOf(0, 60, 1);
  beside.shares.resize(20);
  beside.latencies_us.resize(20);
  EXPECT_FALSE(Decide(few, beside, {.min_recall = 0.95}, 7).promote);
}

TEST(DecideTest, WithoutAGainNothingChanges) {
  EXPECT_FALSE(Decide(JudgedOf(0.1, 59, 1), JudgedOf(0.1, 60, 2), {.min_recall = 0.9}, 7).promote);
  // Quicker, but at a loss.
  EXPECT_FALSE(Decide(JudgedOf(0.3, 30, 1), JudgedOf(0, 60, 2), {.min_recall = 0.9}, 7).promote);
  const Judged same = JudgedOf(0.1, 60, 1);
  const Decision decision = Decide(same, same, {.min_recall = 0.9}, 7);
  EXPECT_FALSE(decision.promote);
  EXPECT_THAT(decision.reason, HasSubstr("nothing better"));
}

TEST(DecideTest, MemoryAndBuildCountUnlessItIsSlower) {
  Judged small = JudgedOf(0.1, 60, 1);
  small.config.config.degree = 8;
  small.config.memory_bytes = 790;
  EXPECT_TRUE(Decide(small, JudgedOf(0.1, 60, 2), {.min_recall = 0.9}, 7).promote);
  EXPECT_FALSE(Decide(small, JudgedOf(0.1, 40, 2), {.min_recall = 0.9}, 7).promote);
  small.config.memory_bytes = 810;
  EXPECT_FALSE(Decide(small, JudgedOf(0.1, 60, 2), {.min_recall = 0.9}, 7).promote);
  small.config.build_time_secs = 7;
  EXPECT_TRUE(Decide(small, JudgedOf(0.1, 60, 2), {.min_recall = 0.9}, 7).promote);
}

TEST(DecideTest, RecallCountsWhereTheChampionMissesTheTarget) {
  const Judged better = JudgedOf(0.02, 90, 1);
  const Decision decision = Decide(better, JudgedOf(0.4, 60, 2), {.min_recall = 0.98}, 7);
  EXPECT_TRUE(decision.promote) << decision.reason;
  EXPECT_THAT(decision.reason, HasSubstr("recall is"));
  // Where it does not, more recall is no gain.
  EXPECT_FALSE(Decide(better, JudgedOf(0.4, 60, 2), {.min_recall = 0.9}, 7).promote);
}

TEST(DecideTest, WhatIsMissingProvesNothing) {
  Judged missing = JudgedOf(0.1, 40, 1);
  missing.shares[7] = kNotMeasured;
  EXPECT_FALSE(Decide(missing, JudgedOf(0.1, 60, 2), {.min_recall = 0.5}, 7).promote);
  missing = JudgedOf(0.1, 40, 1);
  missing.shares.clear();
  missing.latencies_us.clear();
  EXPECT_FALSE(Decide(missing, JudgedOf(0.1, 60, 2), {.min_recall = 0.5}, 7).promote);
}

}  // namespace
}  // namespace lake::tuning::promotion_rule_test
