// Goal: the next proposal depends on the journal alone, is within limits and options, and is worth its time.
// Method: journals of made curves; a small search over real vectors.
#include "model_strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "graph_samples.h"
#include "lake/ann/recall.h"
#include "lake/ann_testing/sample_vectors.h"
#include "lake/common/json_io.h"
#include "lake/common_testing/result_matchers.h"
#include "model_search.h"
#include "promotion_rule.h"
#include "walk_grid.h"
#include "walk_model.h"

namespace lake::tuning::model_strategy_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr vector::HnswConfig kChampion = {.ef_construction = 80, .ef_search = 30, .seed = 1};

ModelOptions Options() {
  return {.champion = kChampion,
          .limits = {.min_recall = 0.9},
          .graphs = Unsampled(GraphLattice(kChampion)),
          .k = 10,
          .queries = 500};
}

/// Trials of a graph whose walks are of that curve.
std::vector<Trial> TrialsOf(const vector::HnswConfig& graph, const GraphFit& curve, double cpu_secs) {
  std::vector<Trial> trials;
  for (const uint32_t ef : {10u, 20u, 40u, 80u, 160u}) {
    Trial& trial = trials.emplace_back();
    trial.config = graph;
    trial.config.ef_search = ef;
    trial.config.code = ann::Code::kInt8;
    trial.metrics.recall_at_k = curve.RecallAt(ef);
    trial.metrics.distances_mean = curve.DistancesAt(ef);
    trial.metrics.search_latency_p50_us = 5 + 0.04 * curve.DistancesAt(ef);
    trial.metrics.search_latency_p95_us = 2 * trial.metrics.search_latency_p50_us;
    trial.metrics.build_time_secs = cpu_secs;
    trial.metrics.memory_bytes = 1'000'000;
    trial.metrics.vectors = 1000;
    trial.build.emplace();
    trial.build->cpu_secs = cpu_secs;
    trial.build->code = "int8";
  }
  return trials;
}
constexpr GraphFit kCurve = {
    .recall_offset = 2, .recall_slope = 1.5, .distances_offset = 6.5, .distances_slope = 0.8};

TEST(ModelStrategyTest, TheChampionIsFirstAndWalkedWhole) {
  const auto strategy = MakeModelStrategy(Options());
  const auto first = strategy->Next({});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->graph, kChampion);
  EXPECT_EQ(first->walks, WalkGrid(10));
}

TEST(ModelStrategyTest, TheSameJournalGetsTheSameProposal) {
  const std::vector<Trial> journal = TrialsOf(kChampion, kCurve, 5);
  const auto one = MakeModelStrategy(Options())->Next(journal);
  std::vector<Trial> read;  // As after a restart.
  for (const Trial& trial : journal) {
    Trial named = trial;
    named.id = "trial-1-00000000";
    read.push_back(ReadTrial(WriteJson(named)).value());
  }
  const auto other = MakeModelStrategy(Options())->Next(read);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->graph, other->graph);
  EXPECT_EQ(one->walks, other->walks);
  EXPECT_FALSE(BuildSameGraph(one->graph, kChampion));
  LAKE_EXPECT_OK(vector::CheckHnswConfig(one->graph));
  // Walks like those that were on the front, not all.
  EXPECT_TRUE(
      std::ranges::all_of(one->walks, [](const auto& walk) { return walk.code == ann::Code::kInt8; }));
}

TEST(ModelStrategyTest, AProposalIsMadeOnceAndTheRunEnds) {
  std::vector<Trial> journal = TrialsOf(kChampion, kCurve, 5);
  const auto strategy = MakeModelStrategy(Options());
  std::vector<vector::HnswConfig> proposed;
  while (const auto next = strategy->Next(journal)) {
    ASSERT_TRUE(std::ranges::none_of(proposed,
                                     [&](const auto& graph) { return BuildSameGraph(graph, next->graph); }));
    proposed.push_back(next->graph);
    // Whatever is tried turns out as good as the champion: soon nothing is expected of the others.
    for (Trial& trial : TrialsOf(next->graph, kCurve, 5)) journal.push_back(std::move(trial));
  }
  EXPECT_GE(proposed.size(), 2u);
  EXPECT_LT(proposed.size(), Options().graphs.size());
}

TEST(ModelStrategyTest, WhatIsAtHandIsPreferredAndLimitsAreKept) {
  const std::vector<Trial> journal = TrialsOf(kChampion, kCurve, 50);
  const auto next = MakeModelStrategy(Options())->Next(journal);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->graph.ef_construction, kChampion.ef_construction);  // Its candidates are kept.
  ModelOptions limited = Options();
  limited.limits.max_build_secs = 40;  // 50 at ef_construction 80.
  const auto shorter = MakeModelStrategy(limited)->Next(journal);
  if (shorter) EXPECT_LT(shorter->graph.ef_construction, 80u);
  limited = Options();
  limited.limits.max_memory_bytes = 1'000'000;
  const auto smaller = MakeModelStrategy(limited)->Next(journal);
  ASSERT_TRUE(smaller);
  EXPECT_LE(*smaller->graph.degree, 32u);
}

TEST(ModelStrategyTest, WhatSamplesSayIsBelievedUntilABuildSaysOtherwise) {
  // Over samples narrow graphs compare least; over all rows they find less than the champion.
  constexpr GraphFit kBetter = {
      .recall_offset = 2.5, .recall_slope = 1.5, .distances_offset = 6.1, .distances_slope = 0.8};
  constexpr GraphFit kWorse = {
      .recall_offset = 1, .recall_slope = 1.5, .distances_offset = 6.5, .distances_slope = 0.8};
  ModelOptions options = Options();
  for (SampledGraph& one : options.graphs) one.sample = one.graph.degree <= 24u ? kBetter : kCurve;
  options.graphs.insert(options.graphs.begin(), {.graph = kChampion, .sample = kCurve});
  std::vector<Trial> journal = TrialsOf(kChampion, kCurve, 5);
  const auto narrow = MakeModelStrategy(options)->Next(journal);
  ASSERT_TRUE(narrow);
  EXPECT_LE(*narrow->graph.degree, 24u);
  for (Trial& trial : TrialsOf(narrow->graph, kWorse, 5)) journal.push_back(std::move(trial));
  const auto next = MakeModelStrategy(options)->Next(journal);
  ASSERT_TRUE(next);
  EXPECT_GT(*next->graph.degree, 24u);
}

TEST(ModelStrategyTest, WithoutFiguresTheOrderDecides) {
  std::vector<Trial> journal = TrialsOf(kChampion, kCurve, 5);
  for (Trial& trial : journal) {
    trial.metrics.recall_at_k = kNotMeasured;
    trial.metrics.search_latency_p50_us = kNotMeasured;
    trial.metrics.distances_mean.reset();
  }
  const auto next = MakeModelStrategy(Options())->Next(journal);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->graph, Options().graphs.front().graph);
  ModelOptions nothing = Options();
  nothing.graphs.clear();
  EXPECT_FALSE(MakeModelStrategy(nothing)->Next(journal));
}

class ModelSearchTest : public testing::Test {
 protected:
  void SetUp() override {
    sample_ = ann::MakeSampleVectors(
        {.kind = ann::SampleKind::kTopics, .rows = 4000, .queries = 200, .dimensions = 32, .seed = 11});
    ids_.resize(sample_.row_count);
    std::iota(ids_.begin(), ids_.end(), uint64_t{0});
    const ann::Index exact = ann::Index::Build(sample_.rows(), ids_, {.threads = 2}, {}).value();
    const std::vector<ann::Answer> truth =
        exact.SearchBatch(sample_.queries(), {.precision = ann::Precision::kExact}, 2, {}).value();
    for (size_t i = 0; i < truth.size(); ++i) {
      AskedQueries& half = i % 2 == 0 ? tune_ : validate_;
      half.dimensions = 32;
      const auto query = sample_.queries().row_span(i);
      half.vectors.insert(half.vectors.end(), query.begin(), query.end());
      half.truths.push_back(ann::GroundTruthOf(truth[i].hits));
    }
  }
  SearchedVectors Subject() const {
    return {.material = {.vectors = sample_.rows(), .ids = ids_, .threads = 2},
            .tune = tune_,
            .validate = validate_};
  }
  /// A latency of the distances alone, so that runs can be compared.
  Result<Trial> Keep(const MeasuredWalk& walk) {
    Trial trial;
    trial.id = fmt::format("trial-{}-00000000", kept_.size());
    trial.config = walk.config;
    trial.k = 10;
    trial.half = walk.half;
    trial.metrics = {.build_time_secs = 1,
                     .search_latency_p50_us = 5 + walk.evaluation.distances_mean / 25,
                     .search_latency_p95_us = 10 + walk.evaluation.distances_mean / 25,
                     .recall_at_k = walk.evaluation.recall,
                     .memory_bytes = walk.graph.index.memory_bytes(),
                     .vectors = walk.graph.index.rows(),
                     .distances_mean = walk.evaluation.distances_mean};
    trial.build = walk.graph.statistics;
    trial.build->cpu_secs = 1;
    trial.per_query_hits = walk.evaluation.hits;
    kept_.push_back(trial);
    return trial;
  }
  std::vector<Trial> Explore(ModelSearch& search, std::vector<Trial> journal) {
    return search
        .Explore(
            std::move(journal), [&](const MeasuredWalk& walk) { return Keep(walk); }, [](uint64_t) {}, {})
        .value();
  }

  ann::SampleVectors sample_;
  std::vector<uint64_t> ids_;
  AskedQueries tune_;
  AskedQueries validate_;
  std::vector<Trial> kept_;
};

TEST_F(ModelSearchTest, SamplesDoNotGoByTheClock) {
  const vector::HnswConfig known = {.ef_construction = 400, .seed = 1, .degree = 96};
  const SamplingOptions options = {
      .queries = tune_.matrix(), .seed = 3, .least_rows = 4000, .always = {known}};
  std::vector<vector::HnswConfig> some;  // Of each effort six, each of another degree.
  const std::vector<vector::HnswConfig> all = GraphLattice(kChampion);
  for (size_t i = 0; i < all.size(); i += 3) some.push_back(all[i]);
  LAKE_ASSERT_OK_AND_ASSIGN(const auto one, SampleGraphs(Subject().material, some, options, {}));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto other, SampleGraphs(Subject().material, some, options, {}));
  ASSERT_EQ(one.size(), other.size());
  std::set<uint32_t> efforts;
  double cost = 0;
  for (size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].graph, other[i].graph);
    EXPECT_EQ(one[i].sample, other[i].sample);
    ASSERT_TRUE(one[i].sample);
    EXPECT_GE(one[i].sample->DistancesFor(options.wanted_recall), cost);
    cost = one[i].sample->DistancesFor(options.wanted_recall);
    efforts.insert(one[i].graph.ef_construction);
    // More neighbours than there are candidates make no other graph.
    EXPECT_LE(*one[i].graph.degree, 3 * one[i].graph.ef_construction);
  }
  EXPECT_THAT(efforts, ElementsAre(20, 40, 80, 160, 320, 400));
  EXPECT_THAT(one, SizeIs(testing::AllOf(testing::Ge(6u), testing::Le(16u))));  // Half, and the one.
}

TEST_F(ModelSearchTest, OfFewRowsThereAreNoSamples) {
  GraphWorkshop::Material few = Subject().material;
  few.vectors.rows = 3999;
  few.ids = few.ids.first(few.vectors.rows);
  const std::vector<vector::HnswConfig> all = GraphLattice(kChampion);
  LAKE_ASSERT_OK_AND_ASSIGN(
      const auto unsampled,
      SampleGraphs(few, all, {.queries = tune_.matrix(), .seed = 3, .least_rows = 4000}, {}));
  ASSERT_THAT(unsampled, SizeIs(all.size()));
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(unsampled[i].graph, all[i]);
    EXPECT_FALSE(unsampled[i].sample);
  }
}

TEST_F(ModelSearchTest, TrialsShareTheirBuildAndLimitsHold) {
  ModelSearch search(Subject(), {.champion = kChampion, .limits = {.min_recall = 0.9}, .max_trials = 12});
  const std::vector<Trial> known = Explore(search, {});
  ASSERT_LE(known.size(), 12u);
  ASSERT_GE(known.size(), 3u);
  EXPECT_TRUE(std::ranges::any_of(known, [](const Trial& trial) { return trial.config == kChampion; }));
  for (const Trial& trial : known) {
    EXPECT_EQ(trial.half, EvalHalf::kTune);
    LAKE_EXPECT_OK(vector::CheckHnswConfig(trial.config));
    EXPECT_THAT(*trial.per_query_hits, SizeIs(tune_.count()));
  }
}

TEST_F(ModelSearchTest, GoesOnWithWhatTheJournalHas) {
  const ModelSearchOptions options = {.champion = kChampion, .limits = {.min_recall = 0.9}, .max_trials = 30};
  ModelSearch whole(Subject(), options);
  const std::vector<Trial> uninterrupted = Explore(whole, {});
  // Killed when the trials of some graphs were journaled.
  size_t graphs_end = 0;
  while (graphs_end < uninterrupted.size() &&
         BuildSameGraph(uninterrupted[graphs_end].config, uninterrupted.front().config))
    ++graphs_end;
  ASSERT_LT(graphs_end, uninterrupted.size());
  ModelSearchOptions rest = options;
  rest.max_trials -= graphs_end;
  ModelSearch again(Subject(), rest);
  const std::vector<Trial> resumed = Explore(
      again, {uninterrupted.begin(), uninterrupted.begin() + static_cast<std::ptrdiff_t>(graphs_end)});
  // The next graph is the same; which walks of it are kept, the clock decides.
  ASSERT_GT(resumed.size(), graphs_end);
  EXPECT_TRUE(BuildSameGraph(resumed[graphs_end].config, uninterrupted[graphs_end].config));
}

TEST_F(ModelSearchTest, JudgesTheBestBesideTheChampionWithOtherQueries) {
  // A champion that is slow for nothing.
  const vector::HnswConfig slow = {.ef_construction = 80, .ef_search = 200, .seed = 1, .rerank = 200};
  ModelSearch search(Subject(), {.champion = slow, .limits = {.min_recall = 0.9}, .max_trials = 10});
  const std::vector<Trial> known = Explore(search, {});
  LAKE_ASSERT_OK_AND_ASSIGN(const auto judgement,
                            search.Judge(known, [&](const MeasuredWalk& walk) { return Keep(walk); }, {}));
  ASSERT_TRUE(judgement);
  const Decision& decision = judgement->decision;
  EXPECT_EQ(decision.queries, validate_.count());
  EXPECT_EQ(decision.champion.config, slow);
  EXPECT_LT(decision.p50_ratio.high, 1);
  // The clock decides which of the quicker ones is judged: some find less than the champion, and are refused.
  const bool finds_as_much =
      decision.candidate.recall_bound >= 0.9 && decision.recall_difference.low >= -kRecallMargin;
  EXPECT_EQ(decision.promote, finds_as_much) << decision.reason;
  ASSERT_GE(kept_.size(), 2u);
  EXPECT_EQ(kept_[kept_.size() - 1].half, EvalHalf::kValidate);
  EXPECT_EQ(kept_[kept_.size() - 2].half, EvalHalf::kValidate);
}

}  // namespace
}  // namespace lake::tuning::model_strategy_test
