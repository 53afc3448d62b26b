// Goal: waiting for a job sees its progress and its end, and ends with the waiter's context. Method: work
// that reports on command, a clock that stands still; and the progress meter alone.
#include <thread>

#include "job_bench.h"
#include "progress_meter.h"

namespace lake::jobs::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class WaitForAJob : public JobBench {
 protected:
  /// "steps" reports step n of 4 each time door n is opened.
  void StartWithSteps() {
    kinds["steps"].work = [this](JobRun& run) -> Result<JsonValue> {
      for (uint64_t n = 0; n < 5; ++n) {
        if (!steps[n].Pass(run.context())) return run.context().cancel.error();
        run.ReportProgress(n, 4, "rows");
      }
      return JsonValue("done");
    };
    Start();
  }
  std::array<Door, 5> steps;
};

TEST_F(WaitForAJob, SeesEachStepWithRateAndTimeLeft) {
  StartWithSteps();
  Job seen = Running(Submit("steps", 1).id);
  for (uint64_t n = 0; n < 4; ++n) {
    steps[n].Open();
    LAKE_ASSERT_OK_AND_ASSIGN(seen, jobs->WaitForChange(Context{}, seen));
    EXPECT_EQ(seen.state, JobState::kRunning);
    EXPECT_EQ(seen.progress.done, n);
    EXPECT_EQ(seen.progress.total, 4u);
    EXPECT_EQ(seen.progress.unit, "rows");
    EXPECT_EQ(seen.progress.rate, n == 0 ? std::nullopt : std::optional(0.5));
    EXPECT_EQ(seen.progress.eta_secs, n == 0 ? std::nullopt : std::optional(2.0 * double(4 - n)));
    clock.Advance(seconds(2));
  }
  steps[4].Open();
  const Job ended = Finished(seen.id);
  EXPECT_EQ(ended.progress.done, 4u);
  EXPECT_EQ(ended.progress.rate, 0.5);
  EXPECT_EQ(ended.progress.eta_secs, std::nullopt);
  EXPECT_EQ(store->puts(), 2u);                   // Progress is not stored on the way…
  EXPECT_EQ(Stored(seen.id).progress->done, 4u);  // …but how far it came is.
}

TEST_F(WaitForAJob, AnswersAtOnceWhenTheJobIsNotAsSeenOrHasEnded) {
  StartWithSteps();
  const Job queued = Submit("steps", 1);
  Running(queued.id);
  EXPECT_EQ(jobs->WaitForChange(Context{}, queued)->state, JobState::kRunning);
  const Job ended = Finished(Submit("echo", 1).id);
  EXPECT_EQ(jobs->WaitForChange(Context{}, ended)->state, JobState::kSucceeded);
}

TEST_F(WaitForAJob, EndsWithItsContext) {
  Start();
  const Job job = Running(Submit("guarded", 1).id);
  Context hurried;
  hurried.deadline = Deadline::After(milliseconds(1));
  EXPECT_THAT(jobs->WaitForChange(hurried, job), IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  EXPECT_THAT(jobs->WaitUntilFinished(hurried, job.id), IsError(ErrorCode::kDeadlineExceeded, "deadline"));

  CancelSource client;
  Context context;
  context.cancel = client.token();
  std::thread waiter([&] {
    EXPECT_THAT(jobs->WaitUntilFinished(context, job.id), IsError(ErrorCode::kCancelled, "client_gone"));
  });
  client.Cancel("client_gone");
  waiter.join();
  EXPECT_EQ(jobs->Find(job.id)->state, JobState::kRunning);
}

TEST(ProgressMeter, CountsFromTheFirstReportOfTheRun) {
  ProgressMeter meter;
  EXPECT_EQ(meter.Report(Timestamp{0}, 900, 1000, "rows").rate, std::nullopt);
  const JobProgress next = meter.Report(Timestamp{10'000'000}, 950, 1000, "rows");
  EXPECT_EQ(next.rate, 5.0);
  EXPECT_EQ(next.eta_secs, 10.0);
}

TEST(ProgressMeter, StartsAgainWithANewUnitOrLessDone) {
  ProgressMeter meter;
  (void)meter.Report(Timestamp{0}, 0, {}, "bytes");
  EXPECT_EQ(meter.Report(Timestamp{1'000'000}, 10, {}, "bytes").rate, 10.0);
  EXPECT_EQ(meter.Report(Timestamp{2'000'000}, 20, {}, "rows").rate, std::nullopt);
  EXPECT_EQ(meter.Report(Timestamp{3'000'000}, 21, {}, "rows").rate, 1.0);
  EXPECT_EQ(meter.Report(Timestamp{4'000'000}, 5, {}, "rows").rate, std::nullopt);
}

TEST(ProgressMeter, HasNoRateWhenTheClockStandsOrStepsBack) {
  ProgressMeter meter;
  (void)meter.Report(Timestamp{5}, 0, 10, "rows");
  EXPECT_EQ(meter.Report(Timestamp{5}, 1, 10, "rows").rate, std::nullopt);
  EXPECT_EQ(meter.Report(Timestamp{1}, 2, 10, "rows").eta_secs, std::nullopt);
}

TEST(ProgressMeter, HasNoTimeLeftWhenMoreIsDoneThanExpected) {
  ProgressMeter meter;
  (void)meter.Report(Timestamp{0}, 0, 10, "rows");
  EXPECT_EQ(meter.Report(Timestamp{1'000'000}, 12, 10, "rows").eta_secs, std::nullopt);
}

}  // namespace
}  // namespace lake::jobs::testing
