// Goal: of the finished jobs only the latest are kept, in memory and in the store; others are never touched.
// Method: more jobs than are kept, some of them unfinished, some that cannot be deleted.
#include "job_bench.h"

namespace lake::jobs::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class PruningOfJobs : public JobBench {
 protected:
  std::vector<JobId> Listed() const {
    std::vector<JobId> ids;
    for (const Job& job : jobs->List(JobId(), 100)) ids.push_back(job.id);
    return ids;
  }
};

TEST_F(PruningOfJobs, KeepsThoseThatFinishedLast) {
  options.keep_finished = 2;
  Start({.name = "jobs", .threads = 2, .queue_limit = 8});
  const JobId slow = Running(Submit("guarded", 0).id).id;
  std::vector<JobId> ids;
  for (int i = 1; i < 5; ++i) {
    clock.Advance(std::chrono::seconds(1));
    ids.push_back(Submit("echo", i).id);
    Finished(ids.back());
  }
  Stop();
  EXPECT_THAT(store->objects(), SizeIs(3));
  Start();
  EXPECT_THAT(Listed(), ElementsAre(ids[3], ids[2], slow));
  clock.Advance(std::chrono::seconds(1));
  door.Open();
  Finished(slow);
  Stop();
  EXPECT_THAT(store->objects(), SizeIs(2));
  EXPECT_TRUE(store->objects().contains(JobKey(slow).text()));
  EXPECT_TRUE(store->objects().contains(JobKey(ids[3]).text()));
}

TEST_F(PruningOfJobs, HappensAtStartWhenFewerAreKeptThanBefore) {
  for (int i = 1; i <= 5; ++i) Leave(Record(i, "echo", JobState::kSucceeded));
  options.keep_finished = 2;
  Start();
  EXPECT_THAT(Listed(), ElementsAre(MakeId(5), MakeId(4)));
  EXPECT_THAT(store->objects(), SizeIs(2));
}

TEST_F(PruningOfJobs, ForgetsWhatCannotBeDeletedAndTriesAgainAtTheNextStart) {
  for (int i = 1; i <= 3; ++i) Leave(Record(i, "echo", JobState::kSucceeded));
  options.keep_finished = 1;
  store->FailDeletes(Unavailable("store_unreachable", "the store does not answer"));
  Start();
  EXPECT_THAT(Listed(), ElementsAre(MakeId(3)));
  EXPECT_EQ(log.Count("job_file_not_deleted"), 2u);
  store->FailDeletes(std::nullopt);
  Stop();
  Start();
  EXPECT_THAT(store->objects(), SizeIs(1));
}

TEST_F(PruningOfJobs, DoesNotTakeTheAnswerFromWhoHoldsTheJob) {
  options.keep_finished = 0;
  Start({.name = "jobs", .threads = 1, .queue_limit = 2});
  const Job running = Running(Submit("guarded", 1).id);
  const Job waiting = Submit("echo", 2);
  LAKE_ASSERT_OK_AND_ASSIGN(const Job cancelled, jobs->Cancel(Context{}, waiting.id));
  EXPECT_EQ(cancelled.state, JobState::kCancelled);
  EXPECT_THAT(jobs->Find(waiting.id), IsError(ErrorCode::kNotFound, "job_not_found"));
  EXPECT_THAT(store->objects(), SizeIs(1));
}

}  // namespace
}  // namespace lake::jobs::testing
