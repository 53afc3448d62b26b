// Goal: the agent makes one trial at a time, as many as it may and when it may, of indexes that were
// enqueued, grew or had few; it promotes by the rule, and a restart changes none of it. Method: single looks
// over real jobs and an index of 2,000 chunks, with a fake clock and a fake load; and once its thread.
#include "lake/tuning/agent.h"

#include "agent_runner.h"
#include "lake/tuning/epsilon_greedy.h"
#include "tuned_lake.h"

namespace lake::tuning {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kIndex = "notes-index";

class AgentTest : public TunedLake {
 protected:
  void SetUp() override {
    TunedLake::SetUp();
    MakeIndex();
    StartRunner();
  }
  void TearDown() override {
    agent_.reset();
    TunedLake::TearDown();
  }
  AgentParts Parts() {
    return {.catalog = *catalog_,
            .store = *store_,
            .indexes = *service_,
            .promotions = *promotions_,
            .evals = *evals_,
            .trials = *trials_,
            .autotune = *autotune_,
            .journals = *journals_,
            .jobs = *jobs_,
            .clock = clock_,
            .log = log_,
            .load = [this] { return load_; }};
  }
  /// A wake comes only when a test wants one.
  static AgentOptions Options() {
    return {.enabled = true, .wake = std::chrono::hours(1000), .min_recall = 0.5};
  }
  void StartRunner() {
    board_.emplace(options_);
    runner_.emplace(Parts(), options_, *board_);
  }
  void Restart() {
    runner_.reset();
    Stop();
    Start();
    StartRunner();
  }
  void MakeSet() { LAKE_ASSERT_OK(Autogen({.name = kIndex, .index_name = kIndex, .count = 60})); }
  void Enqueue() {
    LAKE_ASSERT_OK(
        board_->Enqueue({.index_name = kIndex, .by = EnqueuedBy::kRequest, .since = clock_.Now()}));
  }
  /// What the look began has ended on return.
  void Look() {
    runner_->Look(Context{});
    WaitForJobs();
  }
  /// A turn of the index from its beginning to its decision.
  AgentDecision Turn() {
    const size_t decided = board_->status().decisions.size();
    Enqueue();
    clock_.Advance(options_.cooldown);
    Look();
    Look();
    LAKE_CHECK(board_->status().decisions.size() == decided + 1);
    return board_->status().decisions.front();
  }
  std::vector<Trial> Trials() { return journals_->Read(Context{}, kIndex).value().trials; }
  std::vector<std::string> Queue() {
    std::vector<std::string> names;
    for (const QueuedIndex& queued : board_->status().queue) names.push_back(queued.index_name);
    return names;
  }
  void Grow(int file, int rows) {
    AppendNotes(fmt::format("file-{}", file),
                fmt::format("SELECT ({} + i)::BIGINT AS id, 'more of word' || i AS text, 1::BIGINT AS region "
                            "FROM range({}) t(i)",
                            file * 10'000, rows));
  }

  AgentOptions options_ = Options();
  double load_ = 0;
  std::optional<AgentBoard> board_;
  std::optional<AgentRunner> runner_;
  std::unique_ptr<AgentService> agent_;
};

TEST_F(AgentTest, MakesQueriesThenMeasuresWhatIsInUseThenProposes) {
  Enqueue();
  Look();
  EXPECT_EQ(board_->status().running->kind, kEvalJob);
  EXPECT_THAT(Queue(), ElementsAre(kIndex));
  Look();  // The queries are made.
  Look();
  EXPECT_EQ(board_->status().running->kind, kTrialJob);
  EXPECT_EQ(board_->status().trials_last_hour, 1u);
  Look();
  EXPECT_FALSE(board_->status().running);
  EXPECT_THAT(Queue(), IsEmpty());
  ASSERT_THAT(Trials(), SizeIs(1));
  EXPECT_EQ(Trials()[0].config, OwnConfig(Record()));
  EXPECT_EQ(Trials()[0].created_by, "agent");
  EXPECT_EQ(Trials()[0].note, "agent");
  const AgentDecision first = board_->status().decisions.front();
  EXPECT_EQ(first.action, AgentAction::kKept);
  EXPECT_EQ(first.trial_id, Trials()[0].id);
  EXPECT_THAT(first.reason, HasSubstr("is the best of 1 trials and in use"));
  const std::vector<vector::HnswConfig> tried = {OwnConfig(Record())};
  const vector::HnswConfig proposed = ProposeEpsilonGreedy(tried, tried[0], EpsilonGreedyRule{})->config;
  EXPECT_EQ(Turn().config, proposed);
  for (const jobs::Job& job : jobs_->List({}, 3)) EXPECT_EQ(job.actor, "agent");
}

TEST_F(AgentTest, PromotesTheBestAndAsksForItsGraph) {
  MakeSet();
  Trial best = Claimed("trial-1-best", {200, 100, 5}, 1);
  best.eval_set = kIndex;
  LAKE_ASSERT_OK(Journal(best));
  const AgentDecision decision = Turn();
  EXPECT_EQ(decision.action, AgentAction::kPromoted);
  EXPECT_THAT(decision.reason, HasSubstr("in effect after job "));
  WaitForJobs();
  const vector::IndexRecord record = Record();
  EXPECT_EQ(record.promotions->current->trial_id, best.id);
  EXPECT_EQ(record.promotions->current->promoted_by, "agent");
  EXPECT_EQ(record.promotions->current->note, "autotune winner: recall=1.000 p50=0us");
  EXPECT_EQ(record.live->config, best.config);
  // It is in use now: nothing is promoted twice.
  best.generation = record.live->id;
  best.id = "trial-2-same";
  LAKE_ASSERT_OK(Journal(best));
  EXPECT_EQ(Turn().action, AgentAction::kKept);
  EXPECT_THAT(Record().promotions->history, IsEmpty());
}

TEST_F(AgentTest, OfOtherRowsNoGraphIsBuiltUnasked) {
  MakeSet();
  Trial best = Claimed("trial-1-best", {200, 100, 5}, 1);
  best.eval_set = kIndex;
  LAKE_ASSERT_OK(Journal(best));
  Grow(1, 5);
  EXPECT_THAT(Turn().reason, HasSubstr("in effect after the next refresh"));
  EXPECT_NE(Record().live->config, best.config);
}

TEST_F(AgentTest, NoMoreTrialsInAnHourThanItMayAlsoAfterARestart) {
  options_.max_trials_per_hour = 2;
  StartRunner();
  MakeSet();
  Turn();
  clock_.Advance(minutes(20));
  Turn();
  Enqueue();
  clock_.Advance(minutes(20));
  Look();
  EXPECT_THAT(*board_->status().paused, HasSubstr("2 trials in an hour"));
  EXPECT_FALSE(board_->status().running);
  Restart();
  Look();
  EXPECT_THAT(*board_->status().paused, HasSubstr("2 trials in an hour"));
  EXPECT_EQ(board_->status().trials_last_hour, 2u);
  EXPECT_THAT(Queue(), ElementsAre(kIndex));  // It was remembered.
  EXPECT_THAT(Trials(), SizeIs(2));
  clock_.Advance(minutes(21));
  Look();
  EXPECT_TRUE(board_->status().running);
  EXPECT_FALSE(board_->status().paused);
  Look();
  EXPECT_THAT(Trials(), SizeIs(3));
}

TEST_F(AgentTest, TrialsOfOthersAreNotCounted) {
  options_.max_trials_per_hour = 1;
  StartRunner();
  MakeSet();
  LAKE_ASSERT_OK(Try({.index_name = kIndex, .harness = kIndex, .config = {}, .note = "agent"}));
  Restart();
  Look();
  EXPECT_EQ(board_->status().trials_last_hour, 0u);
}

TEST_F(AgentTest, WaitsBetweenTwoTurnsOfAnIndex) {
  MakeSet();
  Turn();
  Enqueue();
  Look();
  EXPECT_FALSE(board_->status().running);
  clock_.Advance(options_.cooldown - seconds(1));
  Look();
  EXPECT_FALSE(board_->status().running);
  clock_.Advance(seconds(1));
  Look();
  EXPECT_TRUE(board_->status().running);
}

TEST_F(AgentTest, WaitsWhileTheServerIsBusy) {
  MakeSet();
  Enqueue();
  load_ = 0.9;
  Look();
  EXPECT_EQ(board_->status().paused, "the server is busy: it uses 90 % of the machine");
  EXPECT_FALSE(board_->status().running);
  load_ = 0.2;
  Look();
  EXPECT_FALSE(board_->status().paused);
  EXPECT_TRUE(board_->status().running);
  // What its own trial uses is no load.
  load_ = 0.9;
  Look();
  EXPECT_FALSE(board_->status().paused);
}

TEST_F(AgentTest, LetsOtherJobsGoFirst) {
  MakeSet();
  std::atomic<bool> begun = false;
  before_embedding_ = UntilStopped(&begun);
  Grow(1, 5);
  LAKE_ASSERT_OK_AND_ASSIGN(const jobs::Job other,
                            SubmitRefresh({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  while (!begun) std::this_thread::yield();
  Enqueue();
  runner_->Look(Context{});
  EXPECT_EQ(board_->status().paused, "a job of kind refresh comes first");
  EXPECT_FALSE(board_->status().running);
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, other.id));
  WaitForJobs();
  before_embedding_ = nullptr;
  Look();
  EXPECT_TRUE(board_->status().running);
}

TEST_F(AgentTest, AWakeFindsWhatHadFewTrials) {
  options_.wake = minutes(1);
  options_.max_trials_per_hour = 1000;
  options_.min_recall = 1.1;  // Nothing is promoted.
  StartRunner();
  MakeSet();
  for (size_t trial = 0; trial < kTrialsAGeneration; ++trial) {
    Trial made = Claimed(fmt::format("trial-{}-a", trial), {80, 30, {}}, 0.4);
    made.eval_set = kIndex;
    made.created_by = made.note = kAgentActor;
    if (trial > 0) LAKE_ASSERT_OK(Journal(made));
  }
  Look();
  EXPECT_FALSE(board_->status().running);
  clock_.Advance(minutes(1));
  Look();
  EXPECT_EQ(board_->status().running->kind, kTrialJob);
  Look();
  EXPECT_THAT(Queue(), IsEmpty());
  clock_.Advance(minutes(1));
  Look();
  EXPECT_FALSE(board_->status().running);
  EXPECT_EQ(board_->status().decisions.front().reason, "20 trials of what is live are enough");
  // Who asks for one gets it.
  EXPECT_EQ(Turn().action, AgentAction::kKept);
  // It is not asked again until another generation is live.
  const size_t decisions = board_->status().decisions.size();
  clock_.Advance(minutes(1));
  Look();
  EXPECT_EQ(board_->status().decisions.size(), decisions);
  Grow(1, 5);
  LAKE_ASSERT_OK(RefreshOk({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  clock_.Advance(minutes(1));
  Look();
  EXPECT_EQ(board_->status().running->kind, kTrialJob);
}

TEST_F(AgentTest, SoManyNewRowsAreWorthATrial) {
  Look();
  Grow(1, 600);
  Look();
  EXPECT_THAT(Queue(), IsEmpty());
  // A refresh in between does not begin the count anew, nor does a restart.
  LAKE_ASSERT_OK(RefreshOk({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  Look();
  Restart();
  load_ = 1;
  Look();
  EXPECT_THAT(Queue(), IsEmpty());
  Grow(2, 400);
  Look();
  ASSERT_THAT(board_->status().queue, SizeIs(1));
  EXPECT_EQ(board_->status().queue[0].by, EnqueuedBy::kNewRows);
  // Once.
  board_->Leave(kIndex);
  Grow(3, 999);
  Look();
  EXPECT_THAT(Queue(), IsEmpty());
  Grow(4, 1);
  Look();
  EXPECT_THAT(Queue(), ElementsAre(kIndex));
}

TEST_F(AgentTest, ADroppedIndexLeavesTheQueue) {
  load_ = 1;
  Enqueue();
  Look();
  EXPECT_THAT(Queue(), ElementsAre(kIndex));
  LAKE_ASSERT_OK(service_->Drop(Request(), kIndex));
  Look();
  EXPECT_THAT(Queue(), IsEmpty());
}

TEST_F(AgentTest, WhatWasCancelledIsNotTriedAgainSoon) {
  MakeSet();
  Turn();
  Enqueue();
  clock_.Advance(options_.cooldown);
  runner_->Look(Context{});
  const AgentJob running = *board_->status().running;
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, jobs::JobId(running.job_id)));
  WaitForJobs();
  Look();
  const AgentDecision decision = board_->status().decisions.front();
  EXPECT_EQ(decision.action, AgentAction::kFailed);
  Enqueue();
  clock_.Advance(seconds(59));
  Look();
  EXPECT_FALSE(board_->status().running);
  clock_.Advance(seconds(1));
  Look();
  EXPECT_NE(board_->status().running->config, running.config);
}

TEST_F(AgentTest, ATrialOfTheProcessBeforeIsItsOwn) {
  options_.max_trials_per_hour = 1;
  MakeSet();
  StartRunner();
  Enqueue();
  runner_->Look(Context{});
  ASSERT_TRUE(board_->status().running);
  Restart();  // The job begins again.
  runner_->Look(Context{});
  EXPECT_EQ(board_->status().trials_last_hour, 1u);
  WaitForJobs();
  Look();
  EXPECT_THAT(Trials(), SizeIs(1));
  EXPECT_THAT(Queue(), IsEmpty());
}

TEST_F(AgentTest, WithoutAGraphThereIsNothingToTry) {
  ReplaceNotes("few", vector::kFewNotes);
  LAKE_ASSERT_OK(RefreshOk({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  EXPECT_EQ(Turn().reason, "there is no graph: every answer is exact");
  EXPECT_THAT(Trials(), IsEmpty());
}

TEST_F(AgentTest, ADamagedStateIsToldAndForgotten) {
  LAKE_ASSERT_OK(
      store_->Put(Context{}, *storage::ObjectKey::Parse("_agent/state.json"), "{", storage::Overwrite{}));
  Look();
  EXPECT_EQ(log_.Count("agent_state_not_read"), 1u);
  load_ = 1;
  Enqueue();
  Look();
  Restart();
  Look();
  EXPECT_EQ(log_.Count("agent_state_not_read"), 1u);
  EXPECT_THAT(Queue(), ElementsAre(kIndex));
}

/// Of what the agent promotes by itself: a run of its strategy "model".
class ModelAgentTest : public AgentTest {
 protected:
  void SetUp() override {
    options_.strategy = AgentStrategy::kModel;
    AgentTest::SetUp();
    MakeSet();
  }
  /// In use is what has to lose: a walk that is ten times as wide as it need be.
  void PromoteTheWidest() {
    options_.max_trials_per_hour = 40;
    StartRunner();
    LAKE_ASSERT_OK(
        promotions_->PromoteOnce(Context{}, kIndex,
                                 {.config = {.ef_construction = 400, .ef_search = 200, .rerank = 200},
                                  .trial_id = "wide",
                                  .promoted_by = "test",
                                  .note = {}}));
    LAKE_ASSERT_OK(RefreshOk({.dataset = "notes", .index_name = {}, .otherwise = {}}));
  }
  uint64_t CountJobs(std::string_view kind) {
    return static_cast<uint64_t>(std::ranges::count(jobs_->List({}, 1000), kind, &jobs::Job::kind));
  }
};

TEST_F(ModelAgentTest, ATurnIsARunWithAsManyTrialsAsTheHourHas) {
  options_.max_trials_per_hour = 8;
  StartRunner();
  Enqueue();
  runner_->Look(Context{});
  EXPECT_EQ(board_->status().running->kind, kAutotuneJob);
  EXPECT_FALSE(board_->status().running->config);
  EXPECT_EQ(board_->status().trials_last_hour, 8u);
  WaitForJobs();
  Look();
  const std::vector<Trial> trials = Trials();
  EXPECT_THAT(trials.size(), testing::AllOf(testing::Ge(1u), testing::Le(8u)));
  EXPECT_EQ(board_->status().trials_last_hour, trials.size());
  for (const Trial& trial : trials) {
    EXPECT_EQ(trial.created_by, "agent");
    EXPECT_EQ(trial.note, "agent");
  }
  const AgentDecision decision = board_->status().decisions.front();
  EXPECT_THAT(decision.action, testing::AnyOf(AgentAction::kPromoted, AgentAction::kKept));
  EXPECT_FALSE(decision.reason.empty());
  EXPECT_THAT(Queue(), IsEmpty());
  // What it made counts after a restart, too; a run is not begun with next to nothing.
  Restart();
  Enqueue();
  Look();
  EXPECT_EQ(board_->status().trials_last_hour, trials.size());
  EXPECT_EQ(board_->status().running.has_value(), trials.size() <= 2);
}

TEST_F(ModelAgentTest, PromotesWhatIsSurelyBetterOnceAndAsksForItsGraph) {
  PromoteTheWidest();
  const AgentDecision first = Turn();
  ASSERT_EQ(first.action, AgentAction::kPromoted) << first.reason;
  EXPECT_THAT(first.reason, HasSubstr("recall is at least "));
  EXPECT_THAT(first.reason, HasSubstr("in effect "));
  EXPECT_GE(*first.recall_low, options_.min_recall);
  WaitForJobs();
  const vector::IndexRecord record = Record();
  const vector::Promotion current = *record.promotions->current;
  EXPECT_EQ(current.promoted_by, "agent");
  EXPECT_EQ(current.trial_id, first.trial_id);
  EXPECT_EQ(current.config, first.config);
  // What was rolled back is the best still, and is not promoted again.
  LAKE_ASSERT_OK(
      promotions_->KeepCanary(Context{}, kIndex,
                              {.trial_id = current.trial_id,
                               .promoted_at = current.promoted_at,
                               .generation = record.live->id,
                               .ef_search = static_cast<uint32_t>(vector::UsualWalk(record).ef_search),
                               .eval_set = {},
                               .recall = {},
                               .measured_at = clock_.Now()},
                              "it finds less"));
  WaitForJobs();
  ASSERT_EQ(Record().promotions->current->trial_id, "wide");
  clock_.Advance(std::chrono::hours(1));  // The first run may have made all trials of its hour.
  EXPECT_NE(Turn().config, first.config);
  EXPECT_NE(Record().promotions->current->config, first.config);
}

TEST_F(ModelAgentTest, WhatSaysNothingNewIsNotRunAgainAtAWake) {
  options_.wake = minutes(1);
  options_.max_trials_per_hour = 1000;
  options_.min_recall = 1;  // Of a run no bound reaches it: nothing is promoted.
  StartRunner();
  Look();
  clock_.Advance(minutes(1));
  Look();
  EXPECT_EQ(board_->status().running->kind, kAutotuneJob);
  Look();
  EXPECT_EQ(board_->status().decisions.front().action, AgentAction::kKept);
  clock_.Advance(minutes(1));
  Look();
  EXPECT_FALSE(board_->status().running);
  EXPECT_EQ(CountJobs(kAutotuneJob), 1u);
  Enqueue();
  clock_.Advance(options_.cooldown);
  Look();
  EXPECT_EQ(CountJobs(kAutotuneJob), 2u);
}

TEST_F(ModelAgentTest, ARunReservesNoMoreThanItMayMake) {
  options_.max_trials_per_hour = 3600;
  StartRunner();
  Enqueue();
  runner_->Look(Context{});
  EXPECT_EQ(board_->status().trials_last_hour, 202u);  // As many as a run may propose, and the two judged.
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, jobs::JobId(board_->status().running->job_id)));
  WaitForJobs();
}

TEST_F(ModelAgentTest, ACancelledRunCountsWholeAndReleasesTheIndex) {
  options_.max_trials_per_hour = 10;
  StartRunner();
  Enqueue();
  runner_->Look(Context{});
  LAKE_ASSERT_OK(jobs_->Cancel(Context{}, jobs::JobId(board_->status().running->job_id)));
  WaitForJobs();
  Look();
  EXPECT_EQ(board_->status().decisions.front().action, AgentAction::kFailed);
  EXPECT_EQ(board_->status().trials_last_hour, 10u);
  LAKE_ASSERT_OK_AND_ASSIGN(const JsonValue payload,
                            autotune_->Prepare(Request(), {.index_name = kIndex, .harness = kIndex}));
  autotune_->Release(payload);
}

TEST_F(AgentTest, AsPeopleSeeIt) {
  options_.enabled = false;
  LAKE_ASSERT_OK_AND_ASSIGN(agent_, AgentService::Start(Parts(), options_));
  EXPECT_FALSE(agent_->status(Request()).enabled);
  EXPECT_THAT(agent_->Enqueue(Request(), kIndex), IsError(ErrorCode::kFailedPrecondition, "agent_disabled"));
  EXPECT_THAT(agent_->Enqueue(Request(), "none"), IsError(ErrorCode::kNotFound, "index_not_found"));
  options_.enabled = true;
  options_.strategy = AgentStrategy::kModel;
  options_.max_trials_per_hour = 5;
  EXPECT_THAT(AgentService::Start(Parts(), options_), IsError(ErrorCode::kInvalidArgument, "too_few_trials"));
  options_.strategy = AgentStrategy::kEpsilonGreedy;
  MakeSet();
  LAKE_ASSERT_OK_AND_ASSIGN(agent_, AgentService::Start(Parts(), options_));
  LAKE_ASSERT_OK_AND_ASSIGN(const EnqueuedIndex enqueued, agent_->Enqueue(Request(), "Notes-Index"));
  EXPECT_EQ(enqueued.index_name, kIndex);
  EXPECT_EQ(enqueued.place, 1u);
  const Deadline patience = Deadline::After(seconds(60));
  while (agent_->status(Request()).decisions.empty() && !patience.passed()) std::this_thread::yield();
  EXPECT_THAT(agent_->status(Request()).decisions, SizeIs(1));
  EXPECT_THAT(agent_->status(As({.name = "nobody"})).decisions, IsEmpty());
}

TEST(AgentBoardTest, EachIndexWaitsOnceAndNotTooMany) {
  AgentBoard board(AgentOptions{});
  const auto enqueue = [&](const std::string& name, EnqueuedBy by) {
    return board.Enqueue({.index_name = name, .by = by, .since = {}});
  };
  EXPECT_EQ(enqueue("one", EnqueuedBy::kWake).value(), 1u);
  EXPECT_EQ(enqueue("two", EnqueuedBy::kNewRows).value(), 2u);
  EXPECT_EQ(enqueue("ONE", EnqueuedBy::kRequest).value(), 1u);
  EXPECT_EQ(board.status().queue[0].by, EnqueuedBy::kRequest);
  EXPECT_EQ(enqueue("two", EnqueuedBy::kWake).value(), 2u);
  EXPECT_EQ(board.status().queue[1].by, EnqueuedBy::kNewRows);
  for (size_t i = 2; i < kMaxAgentQueue; ++i)
    LAKE_EXPECT_OK(enqueue(fmt::format("i{}", i), EnqueuedBy::kWake));
  EXPECT_THAT(enqueue("more", EnqueuedBy::kRequest),
              IsError(ErrorCode::kResourceExhausted, "agent_queue_full"));
  EXPECT_EQ(enqueue("two", EnqueuedBy::kRequest).value(), 2u);
  board.Leave("One");
  EXPECT_EQ(enqueue("more", EnqueuedBy::kRequest).value(), kMaxAgentQueue);
  for (size_t i = 0; i < kMaxAgentDecisions + 5; ++i)
    board.Decide({.at = {}, .index_name = fmt::format("i{}", i), .reason = ""});
  EXPECT_THAT(board.status().decisions, SizeIs(kMaxAgentDecisions));
  EXPECT_EQ(board.status().decisions[0].index_name, "i54");
}

}  // namespace
}  // namespace lake::tuning
