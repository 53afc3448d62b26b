// Goal: jobs of one lane run one after another and keep no thread from others; more than may wait are
// refused. Method: guarded jobs of two kinds in one lane, with a door between their start and their end.
#include "job_bench.h"

namespace lake::jobs::testing {
namespace {

using ::testing::ElementsAre;

class Lanes : public JobBench {
 protected:
  Lanes() {
    const JobLane lane = {.name = "builds", .max_waiting = 2};
    kinds["guarded"].lane = lane;
    kinds["tidy"].lane = lane;
  }
  JobState StateOf(const JobId& id) { return jobs->Find(id)->state; }
};

TEST_F(Lanes, OneAfterAnotherWithThreadsLeftForOthers) {
  Start();
  const Job first = Submit("guarded", 1);
  static_cast<void>(Running(first.id));
  const Job second = Submit("guarded", 2);
  const Job third = Submit("tidy", 3);
  EXPECT_EQ(Finished(Submit("echo", 4).id).state, JobState::kSucceeded);
  EXPECT_EQ(StateOf(second.id), JobState::kQueued);
  EXPECT_EQ(StateOf(third.id), JobState::kQueued);
  EXPECT_THAT(jobs->Submit(Context{}, "tidy", "ann", 5),
              IsError(ErrorCode::kResourceExhausted, "too_many_waiting"));
  EXPECT_EQ(Finished(Submit("echo", 6).id).state, JobState::kSucceeded);
  door.Open();
  EXPECT_EQ(Finished(third.id).state, JobState::kSucceeded);
  EXPECT_EQ(StateOf(second.id), JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), ElementsAre("1", "4", "6", "2", "3"));
}

TEST_F(Lanes, ACancelledJobLeavesItsPlaceToTheNext) {
  Start();
  const Job first = Submit("guarded", 1);
  static_cast<void>(Running(first.id));
  const Job second = Submit("guarded", 2);
  const Job third = Submit("tidy", 3);
  EXPECT_THAT(jobs->Cancel(Context{}, second.id), IsOk());
  EXPECT_EQ(StateOf(second.id), JobState::kCancelled);
  const Job fourth = Submit("tidy", 4);
  EXPECT_THAT(jobs->Submit(Context{}, "tidy", "ann", 5),
              IsError(ErrorCode::kResourceExhausted, "too_many_waiting"));
  EXPECT_THAT(jobs->Cancel(Context{}, first.id), IsOk());
  EXPECT_EQ(Finished(fourth.id).state, JobState::kSucceeded);
  EXPECT_EQ(Finished(third.id).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), ElementsAre("1", "3", "4"));
}

TEST_F(Lanes, AfterARestartTheyRunInTheirOrder) {
  for (int n = 1; n <= 4; ++n) Leave(Record(n, "tidy", JobState::kQueued));
  Start();
  for (int n = 1; n <= 4; ++n) EXPECT_EQ(Finished(MakeId(n)).state, JobState::kSucceeded);
  EXPECT_THAT(runs.texts(), ElementsAre("1", "2", "3", "4"));
}

TEST_F(Lanes, ManyEndEachOnce) {
  kinds["tidy"].lane->max_waiting = 1000;
  Start({.name = "jobs", .threads = 3, .queue_limit = 64});
  std::vector<JobId> ids;
  for (int n = 0; n < 60; ++n) ids.push_back(Submit(n % 3 == 0 ? "echo" : "tidy", n).id);
  for (size_t i = 0; i < ids.size(); i += 5) EXPECT_THAT(jobs->Cancel(Context{}, ids[i]), IsOk());
  for (const JobId& id : ids) EXPECT_TRUE(Finished(id).finished());
}

}  // namespace
}  // namespace lake::jobs::testing
