// Goal: fits find the curves that points are of, graphs unlike any other are less sure, fronts and volumes
// are what they are by hand. Method: points of known curves, with what is missing among them.
#include "walk_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "graph_surrogate.h"
#include "lake/tuning/trial.h"
#include "pareto_front.h"
#include "walk_grid.h"

namespace lake::tuning::walk_model_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr GraphFit kCurve = {
    .recall_offset = 2.5, .recall_slope = 1.8, .distances_offset = 6, .distances_slope = 0.8};

std::vector<WalkSample> SamplesOf(const GraphFit& fit) {
  std::vector<WalkSample> samples;
  for (const double ef : {10.0, 20.0, 40.0, 80.0, 160.0})
    samples.push_back({.ef_search = ef, .recall = fit.RecallAt(ef), .distances = fit.DistancesAt(ef)});
  return samples;
}

TEST(WalkModelTest, ACurveIsFoundInItsPoints) {
  std::vector<WalkSample> samples = SamplesOf(kCurve);
  samples.push_back({.ef_search = 30, .recall = kNotMeasured, .distances = 100});
  samples.push_back({.ef_search = 30, .recall = 0.5, .distances = kNotMeasured});
  const auto fit = FitGraph(samples, 5000);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->recall_offset, kCurve.recall_offset, 0.02);
  EXPECT_NEAR(fit->recall_slope, kCurve.recall_slope, 0.02);
  EXPECT_NEAR(fit->distances_offset, kCurve.distances_offset, 1e-9);
  EXPECT_NEAR(fit->distances_slope, kCurve.distances_slope, 1e-9);
  EXPECT_NEAR(fit->DistancesFor(kCurve.RecallAt(60)), kCurve.DistancesAt(60), 0.05 * kCurve.DistancesAt(60));
}

TEST(WalkModelTest, WhatNoWalkFindsCostsWithoutEnd) {
  EXPECT_EQ(kCurve.DistancesFor(1), std::numeric_limits<double>::infinity());
  EXPECT_EQ(kCurve.DistancesFor(0.999999), std::numeric_limits<double>::infinity());
  EXPECT_EQ(kCurve.DistancesFor(kNotMeasured), std::numeric_limits<double>::infinity());
  EXPECT_EQ(kCurve.DistancesFor(0.01), kCurve.DistancesAt(10));
}

TEST(WalkModelTest, OneWidthOrNoneIsNoCurve) {
  EXPECT_FALSE(FitGraph({}, 100));
  const std::vector<WalkSample> one(3, {.ef_search = 30, .recall = 0.9, .distances = 400});
  EXPECT_FALSE(FitGraph(one, 100));
}

TEST(WalkModelTest, LatencyHasAFixedPartAndOnePerDistance) {
  std::vector<LatencySample> samples;
  for (const double distances : {200.0, 400.0, 900.0, 1500.0})
    samples.push_back({.distances = distances, .latency_us = 6 + 0.04 * distances});
  samples.push_back({.distances = kNotMeasured, .latency_us = 1});
  const auto fit = FitLatency(samples);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->fixed, 6, 0.01);
  EXPECT_NEAR(fit->per_distance, 0.04, 1e-4);
  EXPECT_FALSE(FitLatency({}));
}

TEST(WalkModelTest, GraphsUnlikeAnyOtherAreLessSure) {
  GraphFit better = kCurve;
  better.recall_offset += 1;
  const GraphSurrogate surrogate(
      {{{{.ef_construction = 80, .degree = 32}}, kCurve}, {{{.ef_construction = 80, .degree = 64}}, better}});
  const ExpectedGraph known = surrogate.Of({{.ef_construction = 80, .degree = 64}});
  EXPECT_NEAR(known.fit.recall_offset, better.recall_offset, 0.1);
  const ExpectedGraph between = surrogate.Of({{.ef_construction = 80, .degree = 48}});
  EXPECT_GT(between.fit.recall_offset, kCurve.recall_offset);
  EXPECT_LT(between.fit.recall_offset, better.recall_offset);
  EXPECT_GT(between.recall_sd, known.recall_sd);
  const ExpectedGraph far = surrogate.Of({{.ef_construction = 400, .degree = 8}});
  EXPECT_GT(far.recall_sd, between.recall_sd);
  EXPECT_NEAR(far.fit.distances_slope, kCurve.distances_slope, 1e-6);
}

TEST(WalkModelTest, SamplesAreCorrectedByWhatWasBuilt) {
  GraphFit quick = kCurve;
  quick.distances_offset -= 0.5;
  GraphFit worse = kCurve;  // Over all rows everything finds less than over samples.
  worse.recall_offset -= 1;
  const SampledGraph built = {{.ef_construction = 80, .degree = 32}, kCurve};
  const SampledGraph other = {{.ef_construction = 80, .degree = 64}, quick};
  const GraphSurrogate surrogate(
      {{built, worse}, {{{.ef_construction = 20}}, kCurve}});  // That one has none.
  const ExpectedGraph expected = surrogate.Of(other);
  EXPECT_NEAR(expected.fit.recall_offset, kCurve.recall_offset - 1, 1e-9);
  EXPECT_NEAR(expected.fit.distances_offset, kCurve.distances_offset - 0.5, 1e-9);
  EXPECT_LT(surrogate.Of(built).recall_sd, expected.recall_sd);
  const GraphSurrogate unsampled({{{built.graph}, worse}});
  EXPECT_GT(unsampled.Of({other.graph}).recall_sd, expected.recall_sd);
}

TEST(ParetoFrontTest, HasWhatNothingBeats) {
  const std::vector<WalkPoint> points = {
      {0.9, 50}, {0.8, 20}, {0.85, 60}, {kNotMeasured, 1}, {0.8, 20}, {0.99, kNotMeasured}, {0.95, 90}};
  EXPECT_THAT(ParetoFront(points), ElementsAre(1, 0, 6));
  EXPECT_THAT(ParetoFront({}), IsEmpty());
}

TEST(ParetoFrontTest, VolumeIsTheShareOfTheBox) {
  const WalkPoint worst = {.recall = 0.8, .latency_us = 100};
  EXPECT_DOUBLE_EQ(Hypervolume({}, worst), 0);
  EXPECT_DOUBLE_EQ(Hypervolume(std::vector<WalkPoint>{{1, 0}}, worst), 1);
  EXPECT_NEAR(Hypervolume(std::vector<WalkPoint>{{0.9, 50}}, worst), 0.25, 1e-12);
  EXPECT_NEAR(Hypervolume(std::vector<WalkPoint>{{0.9, 50}, {1, 75}, {0.85, 80}}, worst), 0.375, 1e-12);
  // Outside the box, and not measured.
  EXPECT_DOUBLE_EQ(Hypervolume(std::vector<WalkPoint>{{0.7, 10}, {1, 200}, {kNotMeasured, 1}}, worst), 0);
}

TEST(WalkGridTest, CoversTheBoundsAndRepeatsNothing) {
  const std::vector<vector::WalkSettings> walks = WalkGrid(10);
  for (size_t i = 0; i < walks.size(); ++i) {
    EXPECT_GE(static_cast<double>(walks[i].ef_search), vector::kEfSearchBounds.low);
    EXPECT_LE(static_cast<double>(walks[i].ef_search), vector::kEfSearchBounds.high);
    for (size_t j = 0; j < i; ++j) EXPECT_FALSE(walks[i] == walks[j]);
  }
  EXPECT_EQ(walks.front(), (vector::WalkSettings{.ef_search = 10, .code = ann::Code::kInt4}));
  EXPECT_TRUE(std::ranges::all_of(WalkGrid(1000), [](const auto& walk) { return walk.rerank <= 1000; }));
}

TEST(WalkGridTest, WhatIsKeptHasTheEndsAndTheOneThatIsEnough) {
  std::vector<WalkPoint> points;
  for (int i = 0; i < 20; ++i) points.push_back({0.5 + 0.025 * i, 10.0 + i});
  points.push_back({0.5, 100});
  const std::vector<size_t> kept = WorthKeeping(points, 0.9);
  EXPECT_EQ(kept.size(), kJournaledWalks);
  EXPECT_THAT(kept, testing::IsSupersetOf({0u, 16u, 19u}));
  EXPECT_THAT(WorthKeeping({}, 0.9), IsEmpty());
  EXPECT_THAT(WorthKeeping(std::vector<WalkPoint>{{0.5, 1}}, 0.9), ElementsAre(0));
}

}  // namespace
}  // namespace lake::tuning::walk_model_test
