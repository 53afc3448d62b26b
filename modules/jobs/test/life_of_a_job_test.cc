// Goal: a job that is accepted is stored, runs once, ends once, and is shown as it is; one that is refused
// leaves no trace. Method: jobs of every outcome on a store in memory, comparing what is shown with what is
// stored.
#include "job_bench.h"

namespace lake::jobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LifeOfAJob : public JobBench {};

TEST_F(LifeOfAJob, SucceedsWithItsResult) {
  Start();
  clock.Advance(std::chrono::seconds(5));
  const Timestamp now = clock.Now();
  const Job accepted = Submit("echo", "hello");
  EXPECT_EQ(accepted.state, JobState::kQueued);
  EXPECT_EQ(accepted.kind, "echo");
  EXPECT_EQ(accepted.actor, "ann");
  EXPECT_EQ(accepted.created_at, now);
  const Job ended = Finished(accepted.id);
  EXPECT_EQ(ended.state, JobState::kSucceeded);
  EXPECT_EQ(ended.result, JsonValue("hello"));
  EXPECT_EQ(ended.started_at, now);
  EXPECT_EQ(ended.finished_at, now);
  EXPECT_EQ(ended.error, std::nullopt);
  const JobRecord stored = Stored(accepted.id);
  EXPECT_EQ(stored.state, JobState::kSucceeded);
  EXPECT_EQ(stored.result, JsonValue("hello"));
  EXPECT_EQ(stored.finished_at, now);
  EXPECT_EQ(stored.payload, std::nullopt);
  EXPECT_EQ(store->puts(), 2u);  // Accepted and ended, nothing else.
}

TEST_F(LifeOfAJob, FailsWithItsReasonAndWithoutTheInternalCause) {
  Start();
  const Job ended = Finished(Submit("refuse", 1).id);
  EXPECT_EQ(ended.state, JobState::kFailed);
  EXPECT_EQ(ended.result, std::nullopt);
  ASSERT_TRUE(ended.error.has_value());
  EXPECT_EQ(ended.error->code, "bad_wish");
  EXPECT_EQ(ended.error->detail, "that cannot be done");
  EXPECT_EQ(Stored(ended.id).error->code, "bad_wish");
  EXPECT_EQ(store->objects()[JobKey(ended.id).text()].find("secret path"), std::string::npos);
}

TEST_F(LifeOfAJob, IsStoredBeforeItRunsAndBeforeItIsShownAsEnded) {
  Door put;
  store->OnPut([&](uint64_t n) {
    if (n == 2) put.Pass();
    return PutFate{};
  });
  Start();
  const Job accepted = Submit("tidy_guarded", 1);
  EXPECT_EQ(Stored(accepted.id).state, JobState::kQueued);
  EXPECT_EQ(Stored(accepted.id).payload, JsonValue(1));
  Running(accepted.id);
  door.Open();
  while (store->puts() < 2) std::this_thread::yield();
  EXPECT_EQ(jobs->Find(accepted.id)->state, JobState::kRunning);
  EXPECT_THAT(cleanups.texts(), IsEmpty());
  put.Open();
  EXPECT_EQ(Finished(accepted.id).state, JobState::kSucceeded);
  EXPECT_THAT(cleanups.texts(), ElementsAre("1"));
}

TEST_F(LifeOfAJob, CleansUpOnceAndRemembersThat) {
  Start();
  const Job job = Finished(Submit("tidy", "spool/7").id);
  EXPECT_THAT(cleanups.texts(), ElementsAre("\"spool/7\""));
  Stop();
  EXPECT_EQ(Stored(job.id).cleanup, CleanupState::kNone);
  EXPECT_EQ(Stored(job.id).payload, std::nullopt);
  Start();
  Stop();
  EXPECT_THAT(cleanups.texts(), SizeIs(1));
}

TEST_F(LifeOfAJob, WithAResultThatIsTooLargeFails) {
  kinds["echo"].work = [](JobRun&) -> Result<JsonValue> { return std::string(kMaxJobDocumentBytes, 'x'); };
  Start();
  const Job ended = Finished(Submit("echo", 1).id);
  EXPECT_EQ(ended.state, JobState::kFailed);
  EXPECT_EQ(ended.error->code, "job_result_too_large");
}

TEST_F(LifeOfAJob, IsRefusedWithoutATrace) {
  Start();
  EXPECT_THAT(jobs->Submit(Context{}, "fly", "ann", 1),
              IsError(ErrorCode::kInvalidArgument, "unknown_job_kind"));
  EXPECT_THAT(jobs->Submit(Context{}, "echo", "ann", std::string(kMaxJobDocumentBytes, 'x')),
              IsError(ErrorCode::kInvalidArgument, "job_payload_too_large"));
  CancelSource gone;
  gone.Cancel("client_gone");
  Context context;
  context.cancel = gone.token();
  EXPECT_THAT(jobs->Submit(context, "echo", "ann", 1), IsError(ErrorCode::kCancelled, "client_gone"));
  EXPECT_EQ(store->puts(), 0u);
  EXPECT_THAT(jobs->List(JobId(), 10), IsEmpty());
}

TEST_F(LifeOfAJob, IsRefusedByAFullPoolBeforeAnythingIsWritten) {
  Start({.name = "jobs", .threads = 1, .queue_limit = 1});
  const Job first = Submit("guarded", 1);
  const Job second = Submit("guarded", 2);
  EXPECT_THAT(jobs->Submit(Context{}, "echo", "ann", 3), IsError(ErrorCode::kResourceExhausted, "pool_full"));
  EXPECT_EQ(store->puts(), 2u);
  door.Open();
  EXPECT_EQ(Finished(first.id).state, JobState::kSucceeded);
  EXPECT_EQ(Finished(second.id).state, JobState::kSucceeded);
  while (pool->running() + pool->queued() > 0) std::this_thread::yield();
  EXPECT_EQ(Finished(Submit("echo", 4).id).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), ElementsAre("1", "2", "4"));
}

TEST_F(LifeOfAJob, IsNotFoundByWhatIsNoId) {
  Start();
  const JobId unknown = MakeId(1);
  const JobId path("../../etc/passwd");
  for (const JobId& id : {unknown, path, JobId()}) {
    EXPECT_THAT(jobs->Find(id), IsError(ErrorCode::kNotFound, "job_not_found"));
    EXPECT_THAT(jobs->Cancel(Context{}, id), IsError(ErrorCode::kNotFound, "job_not_found"));
    EXPECT_THAT(jobs->WaitUntilFinished(Context{}, id), IsError(ErrorCode::kNotFound, "job_not_found"));
    Job seen;
    seen.id = id;
    EXPECT_THAT(jobs->WaitForChange(Context{}, seen), IsError(ErrorCode::kNotFound, "job_not_found"));
  }
}

TEST_F(LifeOfAJob, IsListedNewestFirstAlsoWhenTheClockStandsOrStepsBack) {
  Start();
  std::vector<JobId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Submit("echo", i).id);
  clock.Advance(-std::chrono::hours(1));
  ids.push_back(Submit("echo", 5).id);
  for (const JobId& id : ids) EXPECT_TRUE(IsJobId(id.value())) << id.value();
  std::vector<JobId> listed;
  JobId before;
  for (;;) {
    const std::vector<Job> page = jobs->List(before, 4);
    if (page.empty()) break;
    for (const Job& job : page) listed.push_back(job.id);
    before = page.back().id;
  }
  EXPECT_EQ(listed, std::vector<JobId>(ids.rbegin(), ids.rend()));
}

}  // namespace
}  // namespace lake::jobs::testing
