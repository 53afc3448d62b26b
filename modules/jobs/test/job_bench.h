// What the job tests share: a service on a store in memory, and kinds of work that a test can steer.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "hooked_store.h"
#include "job_record.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/jobs/job_service.h"

namespace lake::jobs::testing {

/// A door that work waits at until the test opens it.
class Door {
 public:
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void Pass() {
    MutexLock lock(mutex_);
    while (!open_) changed_.Wait(mutex_);
  }
  /// False when the context ended first.
  bool Pass(const Context& context) {
    const CancelRegistration wake = context.cancel.OnCancel([this] {
      MutexLock lock(mutex_);
      changed_.NotifyAll();
    });
    MutexLock lock(mutex_);
    while (!open_ && !context.cancel.cancelled()) changed_.Wait(mutex_);
    return open_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ LAKE_GUARDED_BY(mutex_) = false;
};

/// Texts in the order of their arrival, from any thread.
class Notes {
 public:
  void Add(std::string text) {
    MutexLock lock(mutex_);
    texts_.push_back(std::move(text));
  }
  void Clear() {
    MutexLock lock(mutex_);
    texts_.clear();
  }
  std::vector<std::string> texts() const {
    MutexLock lock(mutex_);
    return texts_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> texts_ LAKE_GUARDED_BY(mutex_);
};

/// Kinds: "echo" returns its payload; "refuse" fails; "guarded" passes `door` (or ends with its token) and
/// returns its payload, "stubborn" passes it whatever the token says. All note their payload in `runs`.
/// "tidy" is echo with a cleanup that notes the payload in `cleanups`, "tidy_guarded" is guarded with one.
class JobBench : public ::testing::Test {
 protected:
  void TearDown() override {  // Not the destructor: work may look at members of the test's own class.
    door.Open();
    Stop();
  }

  void Start() { Start({.name = "jobs", .threads = 2, .queue_limit = 64}); }
  void Start(WorkerPool::Options pool_options) {
    pool = std::make_unique<WorkerPool>(std::move(pool_options));
    auto opened = Open();
    ASSERT_THAT(opened, IsOk());
    jobs = std::move(opened).value();
  }
  Result<std::unique_ptr<JobService>> Open() {
    return JobService::Open(Context{}, *store, *service_clock, random, log, *pool, kinds, options);
  }
  void Stop() {
    jobs.reset();
    pool.reset();
  }
  /// The process dies now: what it still does on its way out, it does to a store that no longer counts.
  void Crash() {
    auto after = std::make_unique<HookedStore>(clock, store->objects());
    Stop();
    store = std::move(after);
  }

  Job Submit(const std::string& kind, JsonValue payload) {
    Result<Job> job = jobs->Submit(Context{}, kind, "ann", std::move(payload));
    EXPECT_THAT(job, IsOk());
    return job.ok() ? *job : Job{};
  }
  Job Finished(const JobId& id) {
    Result<Job> job = jobs->WaitUntilFinished(Context{}, id);
    EXPECT_THAT(job, IsOk());
    return job.ok() ? *job : Job{};
  }
  Job Running(const JobId& id) {
    Result<Job> job = jobs->Find(id);
    while (job.ok() && job->state == JobState::kQueued) job = jobs->WaitForChange(Context{}, *job);
    EXPECT_THAT(job, IsOk());
    return job.ok() ? *job : Job{};
  }
  JobRecord Stored(const JobId& id) const {
    Result<JobRecord> record = DecodeJobRecord(id, store->objects()[JobKey(id).text()]);
    EXPECT_THAT(record, IsOk());
    return record.ok() ? *record : JobRecord{};
  }
  static JobId MakeId(int n) { return JobId(fmt::format("0196f0a0-0000-7000-8000-{:012x}", n)); }
  /// Puts a file as an earlier process would have left it.
  void Leave(const JobRecord& record) {
    const std::string text = EncodeJobRecord(record);
    ASSERT_THAT(store->Put(Context{}, JobKey(record.id), text, storage::Overwrite{}), IsOk());
  }
  static JobRecord Record(int n, const std::string& kind, JobState state) {
    JobRecord record;
    record.id = MakeId(n);
    record.kind = kind;
    record.actor = "ann";
    record.state = state;
    record.created_at = Timestamp{n};
    record.payload = JsonValue(n);
    if (state != JobState::kQueued && state != JobState::kRunning) record.finished_at = Timestamp{n + 1000};
    return record;
  }

  FakeClock clock;
  Clock* service_clock = &clock;
  SeededRandom random{7};
  CaptureLog log;
  Door door;
  Notes runs;
  Notes cleanups;
  JobOptions options{.keep_finished = 100, .store_retry_pause = std::chrono::milliseconds(0)};
  std::map<std::string, JobKind> kinds = MakeKinds();
  std::unique_ptr<HookedStore> store = std::make_unique<HookedStore>(clock, HookedStore::Objects{});
  std::unique_ptr<WorkerPool> pool;
  std::unique_ptr<JobService> jobs;

 private:
  std::map<std::string, JobKind> MakeKinds() {
    const JobWork echo = [this](JobRun& run) -> Result<JsonValue> {
      runs.Add(WriteJson(run.payload()));
      return run.payload();
    };
    const JobWork refuse = [this](JobRun& run) -> Result<JsonValue> {
      runs.Add(WriteJson(run.payload()));
      return InvalidArgument("bad_wish", "that cannot be done").WithCause("secret path");
    };
    const JobWork guarded = [this](JobRun& run) -> Result<JsonValue> {
      runs.Add(WriteJson(run.payload()));
      if (!door.Pass(run.context())) return run.context().cancel.error();
      return run.payload();
    };
    const JobWork stubborn = [this](JobRun& run) -> Result<JsonValue> {
      runs.Add(WriteJson(run.payload()));
      door.Pass();
      return run.payload();
    };
    const JobCleanup tidy = [this](const JsonValue& payload) { cleanups.Add(WriteJson(payload)); };
    return {{"echo", {echo, {}}},         {"refuse", {refuse, {}}}, {"guarded", {guarded, {}}},
            {"stubborn", {stubborn, {}}}, {"tidy", {echo, tidy}},   {"tidy_guarded", {guarded, tidy}}};
  }
};

}  // namespace lake::jobs::testing
