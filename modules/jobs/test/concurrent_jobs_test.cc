// Goal: many threads that submit, cancel, watch and list at once see every accepted job end exactly once.
// Method: eight threads on a small pool, half of them cancelling what they submit; then the store is compared
// with what they saw.
#include <atomic>

#include "job_bench.h"

namespace lake::jobs::testing {
namespace {

class ConcurrentJobs : public JobBench {};

TEST_F(ConcurrentJobs, EndEachOnce) {
  constexpr int kThreads = 8;
  constexpr int kJobsEach = 40;
  kinds["count"].work = [](JobRun& run) -> Result<JsonValue> {
    for (uint64_t i = 0; i < 20; ++i) {
      LAKE_RETURN_IF_ERROR(run.context().CheckAlive());
      run.ReportProgress(i, 20, "rows");
      std::this_thread::yield();
    }
    return run.payload();
  };
  kinds["count"].cleanup = [this](const JsonValue& payload) { cleanups.Add(WriteJson(payload)); };
  options.keep_finished = kThreads * kJobsEach;
  Start({.name = "jobs", .threads = 3, .queue_limit = 4});
  std::atomic<size_t> accepted = 0;
  std::atomic<size_t> refused = 0;
  auto client = [&](int who) {
    for (int i = 0; i < kJobsEach; ++i) {
      Result<Job> job = jobs->Submit(Context{}, "count", "ann", who * 1000 + i);
      if (!job.ok()) {
        EXPECT_THAT(job, IsError(ErrorCode::kResourceExhausted, "pool_full"));
        ++refused;
        (void)jobs->List(JobId(), 3);
        continue;
      }
      ++accepted;
      if (who % 2 == 0) EXPECT_THAT(jobs->Cancel(Context{}, job->id), IsOk());
      while (job.ok() && !job->finished()) job = jobs->WaitForChange(Context{}, *job);
      ASSERT_THAT(job, IsOk());
      const JobState stored = Stored(job->id).state;
      EXPECT_EQ(stored, job->state);
      EXPECT_NE(stored, JobState::kFailed);
      if (who % 2 == 1) EXPECT_EQ(stored, JobState::kSucceeded);
    }
  };
  std::vector<std::thread> threads;
  for (int who = 0; who < kThreads; ++who) threads.emplace_back(client, who);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted + refused, size_t(kThreads * kJobsEach));
  EXPECT_GT(accepted, 0u);
  Stop();
  EXPECT_EQ(store->objects().size(), accepted);
  EXPECT_EQ(store->puts(), 3 * accepted);  // Accepted, ended, cleaned up.
  std::vector<std::string> cleaned = cleanups.texts();
  EXPECT_EQ(cleaned.size(), accepted);
  EXPECT_EQ(std::set<std::string>(cleaned.begin(), cleaned.end()).size(), accepted);
}

/// A sweeper finds jobs by listing, so it also cancels those whose Submit has not returned yet.
TEST_F(ConcurrentJobs, EndEachOnceWhenOthersCancelThemFromTheirFirstMoment) {
  options.keep_finished = 10'000;
  Start({.name = "jobs", .threads = 3, .queue_limit = 64});
  std::atomic<bool> done = false;
  std::thread sweeper([&] {
    while (!done)
      for (const Job& job : jobs->List(JobId(), 2)) EXPECT_THAT(jobs->Cancel(Context{}, job.id), IsOk());
  });
  std::atomic<size_t> tidy = 0;
  std::vector<std::thread> clients;
  for (int who = 0; who < 4; ++who)
    clients.emplace_back([&, who] {
      for (int i = 0; i < 200; ++i) {
        const bool with_cleanup = i % 2 == 0;
        auto job = jobs->Submit(Context{}, with_cleanup ? "tidy" : "echo", "ann", who * 1000 + i);
        if (!job.ok()) continue;
        tidy += with_cleanup ? 1 : 0;
        EXPECT_NE(Finished(job->id).state, JobState::kFailed);
      }
    });
  for (std::thread& client : clients) client.join();
  done = true;
  sweeper.join();
  Stop();
  EXPECT_EQ(cleanups.texts().size(), tidy);
}

/// The service goes while jobs run, wait, report and submit jobs themselves: each is either ended or
/// resumable.
TEST_F(ConcurrentJobs, AreEndedOrResumableAfterAShutdownAtAnyMoment) {
  std::atomic<JobService*> service = nullptr;
  kinds["parent"].work = [&service](JobRun& run) -> Result<JsonValue> {
    if (JobService* now = service) (void)now->Submit(run.context(), "echo", "ann", "child");
    LAKE_RETURN_IF_ERROR(run.context().CheckAlive());
    return run.payload();
  };
  options.keep_finished = 1000;
  for (int round = 0; round < 30; ++round) {
    Start({.name = "jobs", .threads = 3, .queue_limit = 32});
    service = jobs.get();
    for (int i = 0; i < 8; ++i) Submit(i % 2 == 0 ? "parent" : "echo", i);
    for (int i = 0; i < round; ++i) std::this_thread::yield();
    Stop();
    service = nullptr;
  }
  Start();
  for (const Job& job : jobs->List(JobId(), 1000)) EXPECT_EQ(Finished(job.id).state, JobState::kSucceeded);
}

}  // namespace
}  // namespace lake::jobs::testing
