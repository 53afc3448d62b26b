#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/gateway/system_tables.h"
#include "lake/jobs/job_service.h"
#include "lake/query/described_rows.h"
#include "visible_jobs.h"

namespace lake::gateway {
namespace {

/// A job with the members of its progress and its error side by side.
struct JobRow {
  jobs::JobId id;
  std::string kind;
  jobs::JobState state = jobs::JobState::kQueued;
  uint64_t progress_done = 0;
  std::optional<uint64_t> progress_total;
  std::string progress_unit;
  std::optional<double> progress_rate;
  std::optional<double> progress_eta_secs;
  Timestamp created_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::string actor;
  std::optional<JsonValue> result;
  std::optional<std::string> error_code;
  std::optional<std::string> error_detail;
};

}  // namespace
}  // namespace lake::gateway

template <>
struct lake::Describe<lake::gateway::JobRow> {
  using T = lake::gateway::JobRow;
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "Job id."),
                 Required("kind", &T::kind, "What kind of work."),
                 Required("state", &T::state, "queued, running, succeeded, failed or cancelled."),
                 Required("progress_done", &T::progress_done, "Units done."),
                 Optional("progress_total", &T::progress_total, "Units in all, when known."),
                 Required("progress_unit", &T::progress_unit, "What is counted."),
                 Optional("progress_rate", &T::progress_rate, "Units per second so far."),
                 Optional("progress_eta_secs", &T::progress_eta_secs, "Seconds left at this rate."),
                 Required("created_at", &T::created_at, "When it was accepted."),
                 Optional("started_at", &T::started_at, "When it began to run."),
                 Optional("finished_at", &T::finished_at, "When it ended."),
                 Required("actor", &T::actor, "Who asked for it."),
                 Optional("result", &T::result, "Its result as JSON, when it succeeded."),
                 Optional("error_code", &T::error_code, "Why it failed or was cancelled: a stable slug."),
                 Optional("error_detail", &T::error_detail, "The same as a sentence.")};
};

namespace lake::gateway {
namespace {

using jobs::Job;
using jobs::JobId;

/// Jobs are copied under the lock of their list, so not all of them at once.
constexpr size_t kJobsAtOnce = 1000;

JobRow MakeRow(Job job) {
  JobRow row = {.id = std::move(job.id),
                .kind = std::move(job.kind),
                .state = job.state,
                .progress_done = job.progress.done,
                .progress_total = job.progress.total,
                .progress_unit = std::move(job.progress.unit),
                .progress_rate = job.progress.rate,
                .progress_eta_secs = job.progress.eta_secs,
                .created_at = job.created_at,
                .started_at = job.started_at,
                .finished_at = job.finished_at,
                .actor = std::move(job.actor),
                .result = std::move(job.result),
                .error_code = {},
                .error_detail = {}};
  if (!job.error) return row;
  row.error_code = std::move(job.error->code);
  row.error_detail = std::move(job.error->detail);
  return row;
}

/// Newest first.
Status FillJobs(const jobs::JobService& jobs, const access::Request& request,
                query::DescribedRows<JobRow>& rows) {
  for (JobId before;;) {
    std::vector<Job> more = jobs.List(before, kJobsAtOnce);
    const bool last = more.size() < kJobsAtOnce;
    for (Job& job : more) {
      before = job.id;
      if (MaySee(request, job)) LAKE_RETURN_IF_ERROR(rows.Add(MakeRow(std::move(job))));
    }
    if (last) return {};
  }
}

}  // namespace

void AddJobTable(query::RelationProviders& tables, const jobs::JobService& jobs) {
  tables.push_back(std::make_shared<query::DescribedRelation<JobRow>>(
      "jobs", [&jobs](const access::Request& request, query::DescribedRows<JobRow>& rows) {
        return FillJobs(jobs, request, rows);
      }));
}

}  // namespace lake::gateway
