// Goal: a cancelled job ends as cancelled, by_request, unless its work was done anyway; and never twice.
// Method: cancel jobs that wait, run, end and have ended.
#include <thread>

#include "job_bench.h"

namespace lake::jobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CancelOfAJob : public JobBench {};

TEST_F(CancelOfAJob, ThatWaitsEndsItAtOnceWithItsCleanup) {
  Start({.name = "jobs", .threads = 1, .queue_limit = 2});
  const Job running = Submit("stubborn", 1);
  Running(running.id);
  const Job waiting = Submit("tidy", 2);
  LAKE_ASSERT_OK_AND_ASSIGN(const Job cancelled, jobs->Cancel(Context{}, waiting.id));
  EXPECT_EQ(cancelled.state, JobState::kCancelled);
  EXPECT_EQ(cancelled.error->code, "by_request");
  EXPECT_EQ(cancelled.started_at, std::nullopt);
  EXPECT_EQ(cancelled.finished_at, clock.Now());
  EXPECT_EQ(Stored(waiting.id).state, JobState::kCancelled);
  EXPECT_THAT(cleanups.texts(), ElementsAre("2"));
  door.Open();
  Finished(running.id);
  EXPECT_THAT(runs.texts(), ElementsAre("1"));
}

TEST_F(CancelOfAJob, ThatWaitsFreesItsPlace) {
  Start({.name = "jobs", .threads = 1, .queue_limit = 1});
  const Job running = Submit("stubborn", 1);
  Running(running.id);
  for (int i = 2; i < 6; ++i) {  // Each takes the ticket of the one before it.
    const Job waiting = Submit("echo", i);
    EXPECT_THAT(jobs->Submit(Context{}, "echo", "ann", 9),
                IsError(ErrorCode::kResourceExhausted, "pool_full"));
    EXPECT_THAT(jobs->Cancel(Context{}, waiting.id), IsOk());
  }
  const Job last = Submit("echo", 6);
  door.Open();
  EXPECT_EQ(Finished(last.id).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), ElementsAre("1", "6"));
}

TEST_F(CancelOfAJob, ThatRunsReachesItsWork) {
  Start();
  const Job job = Running(Submit("tidy_guarded", 1).id);
  LAKE_ASSERT_OK_AND_ASSIGN(const Job asked, jobs->Cancel(Context{}, job.id));
  EXPECT_NE(asked.state, JobState::kQueued);
  const Job ended = Finished(job.id);
  EXPECT_EQ(ended.state, JobState::kCancelled);
  EXPECT_EQ(ended.error->code, "by_request");
  EXPECT_EQ(Stored(job.id).state, JobState::kCancelled);
  EXPECT_THAT(cleanups.texts(), ElementsAre("1"));
}

TEST_F(CancelOfAJob, CountsWhateverErrorTheInterruptedWorkMakesOfIt) {
  kinds["guarded"].work = [this](JobRun& run) -> Result<JsonValue> {
    door.Pass(run.context());
    return Unavailable("library_says_no", "interrupted");
  };
  Start();
  const Job job = Running(Submit("guarded", 1).id);
  EXPECT_THAT(jobs->Cancel(Context{}, job.id), IsOk());
  EXPECT_EQ(Finished(job.id).state, JobState::kCancelled);
}

TEST_F(CancelOfAJob, WhoseWorkIsDoneAnywayLeavesItSucceeded) {
  Start();
  const Job job = Running(Submit("stubborn", 1).id);
  LAKE_ASSERT_OK_AND_ASSIGN(const Job asked, jobs->Cancel(Context{}, job.id));
  EXPECT_EQ(asked.state, JobState::kRunning);
  door.Open();
  EXPECT_EQ(Finished(job.id).state, JobState::kSucceeded);
}

TEST_F(CancelOfAJob, ThatHasEndedChangesNothing) {
  Start();
  const Job job = Finished(Submit("echo", 1).id);
  LAKE_ASSERT_OK_AND_ASSIGN(const Job now, jobs->Cancel(Context{}, job.id));
  EXPECT_EQ(now.state, JobState::kSucceeded);
  EXPECT_EQ(store->puts(), 2u);
}

TEST_F(CancelOfAJob, OfWorkThatCancelsItselfIsAFailure) {
  kinds["echo"].work = [](JobRun&) -> Result<JsonValue> {
    return Cancelled("peer_gone", "the peer is gone");
  };
  Start();
  const Job ended = Finished(Submit("echo", 1).id);
  EXPECT_EQ(ended.state, JobState::kFailed);
  EXPECT_EQ(ended.error->code, "peer_gone");
}

TEST_F(CancelOfAJob, ByItsWorkSaysWhy) {
  kinds["echo"].work = [](JobRun& run) -> Result<JsonValue> {
    run.Cancel("thing_gone");
    if (run.payload().as_int() == 1) return NotFound("thing_gone", "the thing is gone");
    return run.payload();
  };
  Start();
  const Job ended = Finished(Submit("echo", 1).id);
  EXPECT_EQ(ended.state, JobState::kCancelled);
  EXPECT_EQ(ended.error->code, "thing_gone");
  EXPECT_EQ(ended.error->detail, "the thing is gone");
  EXPECT_EQ(Stored(ended.id).state, JobState::kCancelled);
  EXPECT_EQ(Finished(Submit("echo", 2).id).state, JobState::kSucceeded);
}

TEST_F(CancelOfAJob, TwiceWhileItEndsDoesNotEndItTwice) {
  Door put;
  store->OnPut([&](uint64_t n) {
    if (n == 3) put.Pass();
    return PutFate{};
  });
  Start({.name = "jobs", .threads = 1, .queue_limit = 2});
  const Job running = Running(Submit("stubborn", 1).id);
  const Job waiting = Submit("tidy", 2);
  std::thread first([&] { EXPECT_EQ(jobs->Cancel(Context{}, waiting.id)->state, JobState::kCancelled); });
  while (store->puts() < 3) std::this_thread::yield();
  EXPECT_EQ(jobs->Cancel(Context{}, waiting.id)->state,
            JobState::kQueued);  // Not yet durable, so not yet shown.
  put.Open();
  first.join();
  door.Open();
  Finished(running.id);
  EXPECT_THAT(cleanups.texts(), ElementsAre("2"));
}

}  // namespace
}  // namespace lake::jobs::testing
