#include "durable_jobs.h"

#include <utility>

#include "lake/common/json.h"

namespace lake::jobs {
namespace {

/// Attempts to store a job's end. With the default pauses 1.5 s: a hiccup of the store passes, a full disk
/// does not.
constexpr int kStoreEndAttempts = 5;

class RunningJob final : public JobRun {
 public:
  RunningJob(JobEntry& entry, Clock& clock)
      : entry_(entry),
        clock_(clock),
        context_{
            .deadline = Deadline::Never(), .cancel = entry.cancel_token(), .trace_id = entry.id().value()} {}

  const JobId& id() const override { return entry_.id(); }
  const JsonValue& payload() const override { return entry_.payload(); }
  const std::string& actor() const override { return entry_.actor(); }
  const Context& context() const override { return context_; }
  void Cancel(std::string reason) override { entry_.Cancel(std::move(reason)); }
  void ReportProgress(uint64_t done, std::optional<uint64_t> total, std::string_view unit) override {
    entry_.Report(clock_.Now(), done, total, unit);
  }

 private:
  JobEntry& entry_;
  Clock& clock_;
  const Context context_;
};

bool StoppedBy(const JobEntry& job, std::string_view reason) {
  const CancelToken token = job.cancel_token();
  return token.cancelled() && token.error().Is(reason);
}

Job NotStored(Job ended) {
  ended.error =
      JobFailure{.code = "job_state_not_stored",
                 .detail = fmt::format(
                     "the job ended as {}, but that could not be stored; it runs again after a restart",
                     NameOf(ended.state))};
  ended.state = JobState::kFailed;
  ended.result.reset();
  return ended;
}

Job EndedAs(const JobEntry& job, const Result<JsonValue>& outcome, Timestamp now) {
  Job ended = job.Snapshot();
  ended.finished_at = now;
  ended.progress.eta_secs.reset();
  if (outcome.ok()) {
    ended.state = JobState::kSucceeded;
    if (!outcome->is_null()) ended.result = *outcome;
  } else if (StoppedBy(job, kCancelledByRequest)) {
    // Whatever the work made of it: an interrupted library seldom says "cancelled".
    ended.state = JobState::kCancelled;
    ended.error =
        JobFailure{.code = std::string(kCancelledByRequest), .detail = "the job was cancelled on request"};
  } else {
    ended.state = job.cancel_token().cancelled() ? JobState::kCancelled : JobState::kFailed;
    ended.error = JobFailure{.code = outcome.error().reason(), .detail = outcome.error().message()};
  }
  return ended;
}

const JobLane* LaneOf(const JobKind* kind) { return kind != nullptr && kind->lane ? &*kind->lane : nullptr; }

bool SameProgress(const JobProgress& a, const JobProgress& b) {
  return a.done == b.done && a.total == b.total && a.unit == b.unit;
}

}  // namespace

Result<std::unique_ptr<JobService>> JobService::Open(const Context& context, storage::ObjectStore& store,
                                                     Clock& clock, RandomSource& random, Log& log,
                                                     WorkerPool& pool, std::map<std::string, JobKind> kinds,
                                                     JobOptions options) {
  auto jobs = std::make_unique<DurableJobs>(store, clock, random, log, pool, std::move(kinds), options);
  LAKE_RETURN_IF_ERROR(jobs->Load(context));
  return Result<std::unique_ptr<JobService>>(std::move(jobs));
}

DurableJobs::DurableJobs(storage::ObjectStore& store, Clock& clock, RandomSource& random, Log& log,
                         WorkerPool& pool, std::map<std::string, JobKind> kinds, JobOptions options)
    : clock_(clock),
      random_(random),
      log_(log),
      kinds_(std::move(kinds)),
      options_(options),
      files_(store, log),
      queue_(
          pool, [this](const JobHandle& job) { Process(job); },
          [this](const JobEntry& job) { return LaneOf(FindKind(job.kind())); }) {}

DurableJobs::~DurableJobs() {
  queue_.Close();
  for (const JobHandle& job : table_.All()) job->Interrupt();
  queue_.AwaitTickets();
}

Status DurableJobs::Load(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const JobFiles::Loaded loaded, files_.LoadAll(context));
  unreadable_ = loaded.unreadable;
  std::vector<JobHandle> unfinished;
  for (const JobRecord& record : loaded.records) {
    auto job = std::make_shared<JobEntry>(record);
    table_.Add(job);
    const JobKind* kind = FindKind(record.kind);
    if (!IsFinished(record.state) && kind != nullptr && kind->in_use && record.payload)
      kind->in_use(*record.payload);
    if (!IsFinished(record.state) || (job->owes_cleanup() && HasCleanup(record.kind)))
      unfinished.push_back(std::move(job));
    else
      table_.Settle(*job);
  }
  Prune();
  log_.Info("jobs_loaded",
            {{"jobs", loaded.records.size()}, {"resumed", unfinished.size()}, {"unreadable", unreadable_}});
  return queue_.PushAll(std::move(unfinished));
}

Result<Job> DurableJobs::Submit(const Context& context, std::string kind, std::string actor,
                                JsonValue payload) {
  LAKE_RETURN_IF_ERROR(context.CheckAlive());
  const JobLane* lane = LaneOf(FindKind(kind));
  if (FindKind(kind) == nullptr)
    return InvalidArgument("unknown_job_kind", "no job of kind '{}' is known", kind);
  if (WriteJson(payload).size() > kMaxJobDocumentBytes)
    return InvalidArgument("job_payload_too_large", "a job's payload has at most {} bytes",
                           kMaxJobDocumentBytes);
  LAKE_RETURN_IF_ERROR(queue_.Reserve(lane));
  JobRecord record;
  record.created_at = clock_.Now();
  record.id = table_.NewId(record.created_at, random_);
  record.kind = std::move(kind);
  record.actor = std::move(actor);
  record.payload = std::move(payload);
  if (Status created = files_.Create(context, record); !created.ok()) {
    queue_.Abandon(lane);
    return std::move(created).error();
  }
  auto job = std::make_shared<JobEntry>(record);
  table_.Add(job);
  queue_.Push(job);
  return JobOf(record);
}

Result<Job> DurableJobs::Find(const JobId& id) const {
  LAKE_ASSIGN_OR_RETURN(const JobHandle job, FindEntry(id));
  return job->Snapshot();
}

std::vector<Job> DurableJobs::List(const JobId& before, size_t limit) const {
  std::vector<Job> page;
  for (const JobHandle& job : table_.List(before, limit)) page.push_back(job->Snapshot());
  return page;
}

Result<Job> DurableJobs::Cancel(const Context& context, const JobId& id) {
  LAKE_RETURN_IF_ERROR(context.CheckAlive());
  LAKE_ASSIGN_OR_RETURN(const JobHandle job, FindEntry(id));
  if (job->RequestCancel() == JobEntry::CancelStep::kEndItNow) {
    queue_.Remove(*job);
    End(*job, job->cancel_token().error());
  }
  return job->Snapshot();
}

Result<Job> DurableJobs::WaitForChange(const Context& context, const Job& seen) const {
  LAKE_ASSIGN_OR_RETURN(const JobHandle job, FindEntry(seen.id));
  return job->Wait(context, [&seen](const Job& now) {
    return now.state != seen.state || !SameProgress(now.progress, seen.progress);
  });
}

Result<Job> DurableJobs::WaitUntilFinished(const Context& context, const JobId& id) const {
  LAKE_ASSIGN_OR_RETURN(const JobHandle job, FindEntry(id));
  return job->Wait(context, [](const Job&) { return false; });
}

Result<JobHandle> DurableJobs::FindEntry(const JobId& id) const {
  JobHandle job = table_.Find(id);
  if (job == nullptr) return NotFound("job_not_found", "there is no job '{}'", id.value());
  return job;
}

const JobKind* DurableJobs::FindKind(const std::string& name) const {
  auto found = kinds_.find(name);
  return found == kinds_.end() ? nullptr : &found->second;
}

bool DurableJobs::HasCleanup(const std::string& name) const {
  const JobKind* kind = FindKind(name);
  return kind != nullptr && kind->cleanup != nullptr;
}

void DurableJobs::Process(const JobHandle& job) {
  if (job->owes_cleanup()) return CleanUpAfterRestart(*job);
  if (!job->TryStart(clock_.Now())) return;  // Cancelled on its way here.
  const Result<JsonValue> outcome = Run(*job);
  // Stopped by a shutdown: its file says that it has not ended, so it runs again at the next start.
  if (!outcome.ok() && StoppedBy(*job, kCancelledByShutdown)) return;
  End(*job, outcome);
}

Result<JsonValue> DurableJobs::Run(JobEntry& job) {
  const JobKind* kind = FindKind(job.kind());
  if (kind == nullptr) return InvalidArgument("unknown_job_kind", "no job of kind '{}' is known", job.kind());
  RunningJob run(job, clock_);
  Result<JsonValue> result = kind->work(run);
  if (result.ok() && WriteJson(*result).size() > kMaxJobDocumentBytes)
    return ResourceExhausted("job_result_too_large",
                             "the work is done, but its result has more than {} bytes", kMaxJobDocumentBytes);
  return result;
}

void DurableJobs::End(JobEntry& job, const Result<JsonValue>& outcome) {
  const Job ended = EndedAs(job, outcome, clock_.Now());
  const bool owes_cleanup = HasCleanup(job.kind());
  JobRecord record = job.MakeRecord(ended);
  if (owes_cleanup)
    record.cleanup = CleanupState::kPending;
  else
    record.payload.reset();
  const Status stored = StoreEnd(record);
  LogEnd(ended, outcome, stored);
  // Neither cleaned up nor settled: its file says that it has not ended, so it runs again at the next start.
  if (!stored.ok()) return job.Publish(NotStored(ended));
  if (owes_cleanup) FindKind(job.kind())->cleanup(job.payload());
  job.Publish(ended);
  if (owes_cleanup) StoreCleanedUp(std::move(record));
  table_.Settle(job);
  Prune();
}

void DurableJobs::LogEnd(const Job& ended, const Result<JsonValue>& outcome, const Status& stored) {
  const std::string cause = outcome.ok() ? "" : outcome.error().ToString();
  if (!stored.ok())
    log_.Failure("job_state_not_stored", {{"id", ended.id.value()},
                                          {"kind", ended.kind},
                                          {"state", NameOf(ended.state)},
                                          {"cause", cause},
                                          {"error", stored.error().ToString()}});
  else if (ended.state == JobState::kFailed)
    log_.Warning("job_failed", {{"id", ended.id.value()}, {"kind", ended.kind}, {"cause", cause}});
  else
    log_.Info("job_ended", {{"id", ended.id.value()}, {"kind", ended.kind}, {"state", NameOf(ended.state)}});
}

Status DurableJobs::StoreEnd(const JobRecord& record) {
  std::chrono::milliseconds pause = options_.store_retry_pause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    Status stored = files_.Replace(record);
    if (stored.ok() || attempt == kStoreEndAttempts) return stored;
    log_.Warning("job_end_put_failed",
                 {{"id", record.id.value()}, {"attempt", attempt}, {"error", stored.error().ToString()}});
    queue_.Pause(pause);
  }
}

void DurableJobs::CleanUpAfterRestart(JobEntry& job) {
  FindKind(job.kind())->cleanup(job.payload());
  StoreCleanedUp(job.MakeRecord(job.Snapshot()));
  table_.Settle(job);
  Prune();
}

void DurableJobs::StoreCleanedUp(JobRecord record) {
  record.cleanup = CleanupState::kNone;
  record.payload.reset();
  // When this fails the cleanup is called once more at the next start, which must be harmless.
  if (Status stored = files_.Replace(record); !stored.ok())
    log_.Warning("job_cleanup_not_recorded",
                 {{"id", record.id.value()}, {"error", stored.error().ToString()}});
}

void DurableJobs::Prune() {
  for (const JobId& id : table_.ForgetBeyond(options_.keep_finished)) files_.Remove(id);
}

}  // namespace lake::jobs
