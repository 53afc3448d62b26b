// Goal: bounds and intervals are those of statistics, also where nothing was missed or there is nothing.
// Method: cases with known answers, and coverage over many draws of a known share.
#include "bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lake/common/seeded_numbers.h"
#include "lake/tuning/trial.h"

namespace lake::tuning::bootstrap_test {
namespace {

TEST(BootstrapTest, WithoutAMissTheRuleOfThreeHolds) {
  for (const size_t queries : {20u, 100u, 1000u}) {
    const double bound = LowerBoundOfMean(std::vector<double>(queries, 1.0), 1);
    const double rule = 1 - 3 / static_cast<double>(queries);
    EXPECT_NEAR(bound, rule, 1.1 / static_cast<double>(queries)) << queries;
    EXPECT_LT(bound, 1);
  }
}

TEST(BootstrapTest, TheBoundIsBelowTheShareNineteenTimesInTwenty) {
  SeededNumbers random(5);
  int above = 0;
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> shares(200);
    for (double& share : shares) share = random.Uniform() < 0.9 ? 1 : 0;
    if (LowerBoundOfMean(shares, 9) > 0.9) ++above;
  }
  EXPECT_LE(above, kRounds / 10);
  EXPECT_GE(above, 1);  // It is no bound that never lies: that would be too low.
}

TEST(BootstrapTest, NothingAndWhatIsMissingProveNothing) {
  EXPECT_EQ(LowerBoundOfMean({}, 1), 0);
  EXPECT_TRUE(std::isnan(LowerBoundOfMean(std::vector{1.0, kNotMeasured}, 1)));
  EXPECT_TRUE(std::isnan(MeanDifference({}, {}, 1).value));
  EXPECT_TRUE(std::isnan(MedianRatio(std::vector{1.0}, {}, 1).low));
}

TEST(BootstrapTest, PairsAreComparedQueryByQuery) {
  // Queries differ by far more than the two walks do: only pairs show it.
  std::vector<double> one;
  std::vector<double> other;
  SeededNumbers random(3);
  for (int i = 0; i < 300; ++i) {
    const double base = random.Uniform();
    one.push_back(base + 0.01 + 0.001 * random.Uniform());
    other.push_back(base);
  }
  const Estimate difference = MeanDifference(one, other, 1);
  EXPECT_GT(difference.low, 0.009);
  EXPECT_LT(difference.high, 0.012);
  const Estimate same = MedianRatio(one, one, 1);
  EXPECT_EQ(same.value, 1);
  EXPECT_EQ(same.low, 1);
  EXPECT_EQ(same.high, 1);
  EXPECT_EQ(MeanDifference(one, other, 1).low, difference.low);  // The seed decides.
}

}  // namespace
}  // namespace lake::tuning::bootstrap_test
