// Goal: whatever put fails, a job is not lost, is not shown as what is not stored, and ends once. Method:
// every put of a scenario fails in turn, with the object absent or there after all, followed by a crash and a
// restart.
#include <algorithm>

#include "job_bench.h"

namespace lake::jobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Error DiskFull() { return ResourceExhausted("storage_full", "the disk is full"); }
Error Unknown() { return Unavailable("outcome_unknown", "the reply was lost"); }

class StoreFault : public JobBench {
 protected:
  /// Fails the puts numbered first to last.
  void FailPuts(uint64_t first, uint64_t last, Error error, PutFate::Effect effect) {
    store->OnPut([=](uint64_t n) {
      if (n < first || n > last) return PutFate{};
      return PutFate{.error = error, .effect = effect};
    });
  }

  /// Three jobs one after the other while the puts numbered first to last fail; then a crash and a healthy
  /// start.
  void ExpectNothingLost(uint64_t first, uint64_t last, const Error& error, PutFate::Effect effect) {
    store = std::make_unique<HookedStore>(clock, HookedStore::Objects{});
    runs.Clear();
    cleanups.Clear();
    Start({.name = "jobs", .threads = 2, .queue_limit = 4});
    FailPuts(first, last, error, effect);
    std::vector<Job> shown;
    for (const std::string kind : {"tidy", "refuse", "tidy"}) {
      const Result<Job> job = jobs->Submit(Context{}, kind, "ann", int64_t(shown.size()));
      if (job.ok()) shown.push_back(Finished(job->id));
    }
    Crash();
    Start({.name = "jobs", .threads = 1, .queue_limit = 1});
    EXPECT_EQ(jobs->List(JobId(), 10).size(), shown.size());
    for (const Job& before : shown) {
      const Job after = Finished(before.id);
      EXPECT_EQ(after.state, after.kind == "tidy" ? JobState::kSucceeded : JobState::kFailed);
      const bool stored = !before.error || before.error->code != "job_state_not_stored";
      if (stored) EXPECT_EQ(after.state, before.state);
      const std::string payload = WriteJson(JsonValue(int64_t(&before - shown.data())));
      const bool ran_again = Count(runs, payload) > 1;
      if (stored) EXPECT_FALSE(ran_again);
    }
    for (const Job& job : shown) {
      if (job.kind != "tidy") continue;
      while (Stored(job.id).cleanup == CleanupState::kPending) std::this_thread::yield();
      EXPECT_GE(Count(cleanups, WriteJson(JsonValue(int64_t(&job - shown.data())))), 1);
    }
    Stop();
  }
  static long Count(const Notes& notes, const std::string& text) {
    return std::ranges::count(notes.texts(), text);
  }
};

TEST_F(StoreFault, AtSubmitLeavesNoJobAndNoTicket) {
  Start({.name = "jobs", .threads = 1, .queue_limit = 1});
  FailPuts(1, 8, DiskFull(), PutFate::Effect::kNone);
  for (int i = 0; i < 8; ++i) {
    while (pool->running() + pool->queued() > 0) std::this_thread::yield();
    EXPECT_THAT(jobs->Submit(Context{}, "tidy", "ann", i),
                IsError(ErrorCode::kResourceExhausted, "storage_full"));
  }
  EXPECT_THAT(jobs->List(JobId(), 10), IsEmpty());
  while (pool->running() + pool->queued() > 0) std::this_thread::yield();
  EXPECT_EQ(Finished(Submit("echo", 9).id).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), ElementsAre("9"));
  EXPECT_THAT(cleanups.texts(), IsEmpty());
}

TEST_F(StoreFault, AtSubmitWithUnknownOutcomeTakesTheObjectBack) {
  Start();
  FailPuts(1, 1, Unknown(), PutFate::Effect::kStored);
  EXPECT_THAT(jobs->Submit(Context{}, "echo", "ann", 1), IsError(ErrorCode::kUnavailable, "outcome_unknown"));
  EXPECT_THAT(store->objects(), IsEmpty());
}

TEST_F(StoreFault, AtTheEndIsOvercomeByTryingAgain) {
  Start();
  FailPuts(2, 5, DiskFull(), PutFate::Effect::kNone);
  const Job ended = Finished(Submit("tidy", 1).id);
  EXPECT_EQ(ended.state, JobState::kSucceeded);
  EXPECT_EQ(Stored(ended.id).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), SizeIs(1));
  EXPECT_THAT(cleanups.texts(), SizeIs(1));
}

TEST_F(StoreFault, AtTheEndThatLastsIsShownAndTheJobRunsAgainAfterARestart) {
  options.keep_finished = 0;  // Pruning must not take it either.
  Start();
  FailPuts(2, 100, DiskFull(), PutFate::Effect::kNone);
  const Job ended = Finished(Submit("tidy", 1).id);
  EXPECT_EQ(ended.state, JobState::kFailed);
  EXPECT_EQ(ended.error->code, "job_state_not_stored");
  EXPECT_EQ(ended.result, std::nullopt);
  EXPECT_EQ(store->puts(), 6u);
  EXPECT_EQ(log.Count("job_state_not_stored"), 1u);
  EXPECT_THAT(cleanups.texts(), IsEmpty());
  EXPECT_EQ(jobs->Cancel(Context{}, ended.id)->state, JobState::kFailed);
  EXPECT_EQ(Stored(ended.id).state, JobState::kQueued);
  options.keep_finished = 100;
  Crash();
  Start({.name = "jobs", .threads = 1, .queue_limit = 1});
  EXPECT_EQ(Finished(ended.id).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), SizeIs(2));
  EXPECT_THAT(cleanups.texts(), SizeIs(1));
}

TEST_F(StoreFault, WhenACancelCannotBeStoredIsShownToo) {
  Start({.name = "jobs", .threads = 1, .queue_limit = 1});
  const Job running = Running(Submit("guarded", 1).id);
  const Job waiting = Submit("tidy", 2);
  FailPuts(3, 100, DiskFull(), PutFate::Effect::kNone);
  LAKE_ASSERT_OK_AND_ASSIGN(const Job ended, jobs->Cancel(Context{}, waiting.id));
  EXPECT_EQ(ended.state, JobState::kFailed);
  EXPECT_EQ(ended.error->code, "job_state_not_stored");
  EXPECT_THAT(cleanups.texts(), IsEmpty());
}

TEST_F(StoreFault, AtAnyPutLosesNothing) {
  for (const Error& error : {DiskFull(), Unknown()}) {
    const auto effect = error.Is("outcome_unknown") ? PutFate::Effect::kStored : PutFate::Effect::kNone;
    for (uint64_t put = 1; put <= 9; ++put) {
      for (const uint64_t lasting : {0u, 1000u}) {
        SCOPED_TRACE(fmt::format("{} at put {} and {} more", error.reason(), put, lasting));
        ExpectNothingLost(put, put + lasting, error, effect);
      }
    }
  }
}

}  // namespace
}  // namespace lake::jobs::testing
