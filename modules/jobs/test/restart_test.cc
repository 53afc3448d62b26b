// Goal: no accepted job is lost by a restart, none ends twice, and no file stops the start. Method: services
// opened on what an earlier one, or a crash in the middle of it, left in the store.
#include <atomic>

#include "job_bench.h"

namespace lake::jobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const WorkerPool::Options kOneThread{.name = "jobs", .threads = 1, .queue_limit = 1};

class RestartOfJobs : public JobBench {};

/// Holds up the next thread that asks, once armed.
class HeldClock final : public Clock {
 public:
  Timestamp Now() override {
    if (armed.exchange(false)) {
      asked.Open();
      door.Pass();
    }
    return Timestamp{1};
  }
  std::atomic<bool> armed = false;
  Door asked;
  Door door;
};

TEST_F(RestartOfJobs, RunsQueuedAndRunningOnesAgainInOrderOfCreation) {
  Start();
  std::vector<JobId> ids;
  for (int i = 0; i < 8; ++i) ids.push_back(Submit("guarded", i).id);
  Running(ids[0]);
  Crash();
  runs.Clear();
  Start(kOneThread);  // Eight jobs, a pool that takes two.
  door.Open();
  for (const JobId& id : ids) EXPECT_EQ(Finished(id).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), ElementsAre("0", "1", "2", "3", "4", "5", "6", "7"));
}

TEST_F(RestartOfJobs, LeavesRunningOnesResumableAtShutdown) {
  Start();
  const JobId id = Running(Submit("tidy_guarded", 1).id).id;
  Stop();
  EXPECT_EQ(Stored(id).state, JobState::kQueued);
  EXPECT_EQ(Stored(id).payload, JsonValue(1));
  EXPECT_THAT(cleanups.texts(), IsEmpty());
  door.Open();
  Start();
  EXPECT_EQ(Finished(id).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), ElementsAre("1", "1"));
  EXPECT_THAT(cleanups.texts(), ElementsAre("1"));
}

/// Jobs are interrupted newest first: when the older one hears of it, the newer one, which a thread has taken
/// but not started, has been told too.
TEST_F(RestartOfJobs, DoesNotStartAJobThatAThreadHadTakenBeforeTheShutdown) {
  HeldClock held;
  service_clock = &held;
  kinds["older"].work = [&](JobRun& run) -> Result<JsonValue> {
    door.Pass(run.context());
    held.door.Open();
    return run.context().cancel.error();
  };
  Start({.name = "jobs", .threads = 2, .queue_limit = 2});
  Running(Submit("older", 1).id);
  Door thread;
  ASSERT_THAT(pool->Submit([&] { thread.Pass(); }), IsOk());
  const JobId newer = Submit("echo", 2).id;
  held.armed = true;
  thread.Open();
  held.asked.Pass();
  Stop();
  EXPECT_THAT(runs.texts(), IsEmpty());
  EXPECT_EQ(Stored(newer).state, JobState::kQueued);
}

TEST_F(RestartOfJobs, KeepsACancelThatTheShutdownOvertakes) {
  kinds["slow"].work = [this](JobRun& run) -> Result<JsonValue> {
    door.Pass();
    return run.context().cancel.error();
  };
  Start();
  const JobId id = Running(Submit("slow", 1).id).id;
  EXPECT_THAT(jobs->Cancel(Context{}, id), IsOk());
  door.Open();
  Stop();
  EXPECT_EQ(Stored(id).state, JobState::kCancelled);
}

TEST_F(RestartOfJobs, ShowsEndedOnesAsTheyWere) {
  Start();
  const Job good = Finished(Submit("echo", "a").id);
  const Job bad = Finished(Submit("refuse", "b").id);
  Crash();
  Start(kOneThread);
  const Job good_again = Finished(good.id);
  EXPECT_EQ(good_again.state, JobState::kSucceeded);
  EXPECT_EQ(good_again.result, JsonValue("a"));
  EXPECT_EQ(good_again.actor, "ann");
  EXPECT_EQ(good_again.created_at, good.created_at);
  EXPECT_EQ(good_again.finished_at, good.finished_at);
  EXPECT_EQ(Finished(bad.id).error->code, "bad_wish");
  EXPECT_THAT(runs.texts(), SizeIs(2));
}

TEST_F(RestartOfJobs, RunsWhatALaterVersionMayHaveStoredAsRunning) {
  Leave(Record(1, "echo", JobState::kRunning));
  Start();
  EXPECT_EQ(Finished(MakeId(1)).state, JobState::kSucceeded);
}

TEST_F(RestartOfJobs, FailsOnesOfAnUnknownKindAndStoresThat) {
  Leave(Record(1, "alchemy", JobState::kQueued));
  Start();
  const Job ended = Finished(MakeId(1));
  EXPECT_EQ(ended.state, JobState::kFailed);
  EXPECT_EQ(ended.error->code, "unknown_job_kind");
  EXPECT_NE(ended.error->detail.find("alchemy"), std::string::npos);
  EXPECT_EQ(Stored(MakeId(1)).state, JobState::kFailed);
}

TEST_F(RestartOfJobs, LeavesUnreadableFilesAlone) {
  const HookedStore::Objects strange = {
      {JobKey(MakeId(1)).text(), "{\"format\":1,\"id\":"},
      {JobKey(MakeId(2)).text(), "[]"},
      {JobKey(MakeId(3)).text(), EncodeJobRecord(Record(4, "echo", JobState::kQueued))},  // Another job's id.
      {JobKey(MakeId(5)).text(), "{\"format\":2,\"whatever\":true}"},
      {"_jobs/notes.txt", "mine"},
      {"_jobs/sub/" + MakeId(6).value() + ".json", "{}"},
  };
  store = std::make_unique<HookedStore>(clock, strange);
  Leave(Record(7, "echo", JobState::kQueued));
  Start();
  EXPECT_EQ(Finished(MakeId(7)).state, JobState::kSucceeded);
  EXPECT_EQ(jobs->unreadable_files(), 4u);
  Stop();
  HookedStore::Objects after = store->objects();
  after.erase(JobKey(MakeId(7)).text());
  EXPECT_EQ(after, strange);
  EXPECT_EQ(log.Count("job_file_unreadable"), 4u);
  EXPECT_EQ(log.Count("job_file_not_ours"), 2u);
  EXPECT_THAT(runs.texts(), ElementsAre("7"));
}

TEST_F(RestartOfJobs, KeepsMembersItDoesNotKnow) {
  JobRecord record = Record(1, "tidy", JobState::kQueued);
  record.unknown = {{"priority", 3}};
  Leave(record);
  Start();
  Finished(MakeId(1));
  Stop();
  EXPECT_EQ(Stored(MakeId(1)).unknown, (JsonValue::Object{{"priority", 3}}));
}

TEST_F(RestartOfJobs, CallsACleanupThatACrashLeftUndone) {
  JobRecord record = Record(1, "tidy", JobState::kSucceeded);
  record.cleanup = CleanupState::kPending;
  record.result = JsonValue("r");
  Leave(record);
  record = Record(2, "alchemy", JobState::kFailed);
  record.cleanup = CleanupState::kPending;
  Leave(record);
  Start(kOneThread);
  EXPECT_EQ(jobs->Find(MakeId(1))->state, JobState::kSucceeded);
  while (Stored(MakeId(1)).cleanup == CleanupState::kPending) std::this_thread::yield();
  Stop();
  EXPECT_THAT(cleanups.texts(), ElementsAre("1"));
  EXPECT_EQ(Stored(MakeId(1)).result, JsonValue("r"));
  EXPECT_EQ(Stored(MakeId(1)).payload, std::nullopt);
  EXPECT_EQ(Stored(MakeId(2)).payload, JsonValue(2));  // For a version that knows the kind.
  Start(kOneThread);
  Stop();
  EXPECT_THAT(cleanups.texts(), SizeIs(1));
  EXPECT_THAT(runs.texts(), IsEmpty());
}

TEST_F(RestartOfJobs, TellsWhatUnfinishedOnesNameBeforeAnyRuns) {
  Leave(Record(1, "tidy", JobState::kSucceeded));
  Leave(Record(2, "tidy", JobState::kQueued));
  Leave(Record(3, "echo", JobState::kQueued));
  Leave(Record(4, "tidy", JobState::kRunning));
  kinds["tidy"].in_use = [this](const JsonValue& payload) { runs.Add("in use: " + WriteJson(payload)); };
  Start(kOneThread);
  Finished(MakeId(4));
  EXPECT_THAT(runs.texts(), ElementsAre("in use: 2", "in use: 4", "2", "3", "4"));
}

TEST_F(RestartOfJobs, GivesNewIdsAfterThoseItFound) {
  clock.Set(Timestamp{0});
  Leave(Record(1, "echo", JobState::kSucceeded));
  Start();
  EXPECT_GT(Submit("echo", 1).id, MakeId(1));
}

TEST_F(RestartOfJobs, FailsWhenTheStoreCannotBeListed) {
  store->FailLists(Unavailable("store_unreachable", "the store does not answer"));
  pool = std::make_unique<WorkerPool>(kOneThread);
  EXPECT_THAT(Open(), IsError(ErrorCode::kUnavailable, "store_unreachable"));
}

TEST_F(RestartOfJobs, FailsWhenThePoolTakesNoneOfThem) {
  Leave(Record(1, "echo", JobState::kQueued));
  pool = std::make_unique<WorkerPool>(kOneThread);
  pool->Shutdown();
  EXPECT_THAT(Open(), IsError(ErrorCode::kUnavailable, "shutting_down"));
}

TEST_F(RestartOfJobs, LeavesTicketsInThePoolThatDoNothing) {
  pool = std::make_unique<WorkerPool>(kOneThread);
  ASSERT_THAT(pool->Submit([this] { door.Pass(); }), IsOk());  // Nothing else gets a thread.
  LAKE_ASSERT_OK_AND_ASSIGN(jobs, Open());
  const JobId id = Submit("echo", 1).id;
  jobs.reset();
  door.Open();
  pool.reset();
  EXPECT_THAT(runs.texts(), IsEmpty());
  EXPECT_EQ(Stored(id).state, JobState::kQueued);
}

}  // namespace
}  // namespace lake::jobs::testing
