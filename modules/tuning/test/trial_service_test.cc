// Goal: a trial measures what it says, is journaled once and leaves nothing else. Method: trials over a real
// index of 2,000 chunks; the journal, the cache and the log are looked at afterwards.
#include "lake/tuning/trial_service.h"

#include <numeric>

#include "tuned_lake.h"

namespace lake::tuning {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class TrialServiceTest : public TunedLake {
 protected:
  void SetUp() override {
    TunedLake::SetUp();
    MakeIndex();
    LAKE_ASSERT_OK(Autogen({.name = "auto", .index_name = "notes-index", .count = 100}));
  }
  static NewTrial Wanted(uint32_t ef_construction, uint32_t ef_search) {
    return {.index_name = "NOTES-index",
            .harness = "auto",
            .config = {.ef_construction = ef_construction, .ef_search = ef_search, .seed = 3},
            .note = "a note"};
  }
  TrialJournal Journal() { return trials_->Read(Request(), "notes-index").value(); }
};

TEST_F(TrialServiceTest, IsBuiltMeasuredAndJournaled) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial trial, Try(Wanted(20, 40)));
  EXPECT_EQ(trial.index_name, "notes-index");
  EXPECT_EQ(trial.eval_set, "auto");
  EXPECT_EQ(trial.config, (vector::HnswConfig{.ef_construction = 20, .ef_search = 40, .seed = 3}));
  EXPECT_EQ(trial.note, "a note");
  const TrialMetrics& metrics = trial.metrics;
  EXPECT_EQ(metrics.vectors, 2000u);
  EXPECT_EQ(metrics.eval_queries, 100u);
  ASSERT_THAT(*trial.per_query_hits, SizeIs(100));
  const auto hits = std::accumulate(trial.per_query_hits->begin(), trial.per_query_hits->end(), 0.0);
  EXPECT_NEAR(metrics.recall_at_k, hits / 1000, 1e-9);
  EXPECT_GT(metrics.recall_at_k, 0.5);
  EXPECT_LT(*metrics.recall_low, metrics.recall_at_k);
  EXPECT_GT(metrics.search_latency_p50_us, 0);
  EXPECT_LE(metrics.search_latency_p50_us, metrics.search_latency_p95_us);
  EXPECT_LE(metrics.search_latency_p95_us, metrics.search_latency_p99_us);
  EXPECT_GT(metrics.brute_force_latency_us, 0);
  EXPECT_GT(metrics.build_time_secs, 0);
  EXPECT_GE(metrics.memory_bytes, 2000u * 64 * 5);
  EXPECT_EQ(trial.generation, OpenLive("notes-index").value()->generation().id);
  EXPECT_EQ(trial.build->threads, 2u);
  ASSERT_THAT(Journal().trials, SizeIs(1));
  EXPECT_EQ(WriteJson(ToJson(Journal().trials[0])), WriteJson(ToJson(trial)));
  EXPECT_EQ(log_.Count("trial_slot_built"), 1u);
  EXPECT_EQ(log_.Count("trial_slot_dropped"), 1u);
}

TEST_F(TrialServiceTest, FurtherOptionsDecideHowItIsBuiltAndWalked) {
  NewTrial wanted = Wanted(40, 20);
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial usual, Try(wanted));
  wanted.config.degree = 6;
  wanted.config.alpha = 1.3;
  wanted.config.code = ann::Code::kInt8;
  wanted.config.rerank = 10;
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial narrow, Try(wanted));
  EXPECT_EQ(narrow.config, wanted.config);
  EXPECT_EQ(narrow.build->degree, 6u);
  EXPECT_FLOAT_EQ(static_cast<float>(narrow.build->alpha), 1.3F);
  EXPECT_LT(narrow.metrics.memory_bytes, usual.metrics.memory_bytes);
  EXPECT_LT(*narrow.metrics.distances_mean, *usual.metrics.distances_mean);
  EXPECT_LT(narrow.metrics.recall_at_k, usual.metrics.recall_at_k);
  EXPECT_EQ(Journal().trials.back().config, wanted.config);
}

TEST_F(TrialServiceTest, VectorsAreLoadedOnceAndTheBestIsFound) {
  EXPECT_THAT(trials_->Best(Request(), "notes-index", BestBy::kRecall),
              IsError(ErrorCode::kNotFound, "no_trials"));
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial low, Try(Wanted(10, 10)));
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial high, Try(Wanted(200, 200)));
  EXPECT_EQ(runner_->cache_stats().misses, 1u);
  EXPECT_EQ(runner_->cache_stats().hits, 1u);
  EXPECT_EQ(runner_->cache_stats().pinned, 0u);
  EXPECT_GE(high.metrics.recall_at_k, low.metrics.recall_at_k);
  EXPECT_GT(*high.metrics.distances_mean, *low.metrics.distances_mean);
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial best, trials_->Best(Request(), "notes-index", BestBy::kRecall));
  EXPECT_EQ(best.metrics.recall_at_k, std::max(high.metrics.recall_at_k, low.metrics.recall_at_k));
  LAKE_ASSERT_OK_AND_ASSIGN(const TrialJournal compacted, trials_->Compact(Request(), "notes-index"));
  EXPECT_THAT(compacted.trials, SizeIs(2));
  EXPECT_EQ(Objects("_hnsw_trials/notes-index/"), 1u);
}

TEST_F(TrialServiceTest, TheSameGraphHasTheSameHits) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial first, Try(Wanted(20, 10)));
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial second, Try(Wanted(20, 10)));
  EXPECT_EQ(first.per_query_hits, second.per_query_hits);
  EXPECT_EQ(first.metrics.distances_mean, second.metrics.distances_mean);
  EXPECT_NE(first.id, second.id);
  EXPECT_NE(first.build_id, second.build_id);
}

TEST_F(TrialServiceTest, AJobThatRunsAgainAddsNoSecondRecord) {
  LAKE_ASSERT_OK_AND_ASSIGN(const JsonValue payload, trials_->Prepare(Request(), Wanted(20, 20)));
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial first, Await<Trial>(kTrialJob, payload));
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial again, Await<Trial>(kTrialJob, payload));
  EXPECT_EQ(WriteJson(ToJson(first)), WriteJson(ToJson(again)));
  EXPECT_THAT(Journal().trials, SizeIs(1));
}

TEST_F(TrialServiceTest, ACancelledTrialLeavesNothing) {
  EvalSet wanted = {.name = "texts"};
  wanted.queries.push_back({.text = "word12"});
  LAKE_ASSERT_OK(evals_->Save(Request(), wanted));
  std::atomic<bool> begun = false;
  before_embedding_ = UntilStopped(&begun);
  NewTrial trial = Wanted(20, 20);
  trial.harness = "texts";
  LAKE_ASSERT_OK_AND_ASSIGN(JsonValue payload, trials_->Prepare(Request(), trial));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job job,
                            jobs_->Submit(Context{}, std::string(kTrialJob), "test", std::move(payload)));
  while (!begun) std::this_thread::yield();
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, job.id));
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job ended, jobs_->WaitUntilFinished(Context{}, job.id));
  EXPECT_EQ(ended.state, jobs::JobState::kCancelled);
  EXPECT_THAT(Journal().trials, IsEmpty());
  EXPECT_FALSE(evals_->Find(Request(), "texts")->ground_truth_built);
}

TEST_F(TrialServiceTest, WhatIsNotThereIsSaid) {
  NewTrial nowhere = Wanted(20, 20);
  nowhere.index_name = "nowhere";
  EXPECT_THAT(trials_->Prepare(Request(), nowhere), IsError(ErrorCode::kNotFound, "index_not_found"));
  NewTrial unasked = Wanted(20, 20);
  unasked.harness = "nothing";
  EXPECT_THAT(trials_->Prepare(Request(), unasked), IsError(ErrorCode::kNotFound, "eval_set_not_found"));
  EXPECT_THAT(trials_->Read(Request(), "nowhere"), IsError(ErrorCode::kNotFound, "index_not_found"));
  LAKE_ASSERT_OK(Try(Wanted(20, 20)));
  access::Role stranger;
  stranger.name = "stranger";
  stranger.permissions = {access::Permission::kRead};
  EXPECT_THAT(trials_->Read(As(stranger), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  // An index that is gone keeps its journal, for administrators.
  LAKE_ASSERT_OK(service_->Drop(Request(), "notes-index"));
  EXPECT_THAT(trials_->Read(As(stranger), "notes-index"), IsError(ErrorCode::kNotFound, "index_not_found"));
  EXPECT_THAT(Journal().trials, SizeIs(1));
}

}  // namespace
}  // namespace lake::tuning
