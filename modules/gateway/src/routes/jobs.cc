#include <chrono>
#include <string_view>

#include "lake/gateway/routes.h"
#include "lake/gateway/wire/job.h"
#include "lake/jobs/job_service.h"
#include "visible_jobs.h"

namespace lake::gateway {
namespace {

using access::Request;
using jobs::Job;
using jobs::JobId;
using jobs::JobService;

/// Proxies and browsers give up on a stream that says nothing for longer.
constexpr std::chrono::milliseconds kSilence{15'000};
/// Fast progress is shown about this often.
constexpr std::chrono::milliseconds kBetweenEvents{100};

Context WaitAtMost(const Request& request, std::chrono::milliseconds wait) {
  Context context = request.context;
  context.deadline = Deadline::After(wait);
  return context;
}

/// The next state worth showing. Keeps the connection alive while nothing happens.
Result<Job> NextChange(const Request& request, JobService& jobs, const Job& shown, ResponseWriter& writer) {
  Result<Job> finished = jobs.WaitUntilFinished(WaitAtMost(request, kBetweenEvents), shown.id);
  while (!finished.ok() && finished.error().Is(ErrorCode::kDeadlineExceeded)) {
    Result<Job> changed = jobs.WaitForChange(WaitAtMost(request, kSilence), shown);
    if (changed.ok() || !changed.error().Is(ErrorCode::kDeadlineExceeded)) return changed;
    LAKE_RETURN_IF_ERROR(writer.Write(": still running\n\n"));
  }
  return finished;
}

/// Somebody else's job does not exist.
Result<Job> FindJob(const Request& request, const JobService& jobs, const JobId& id) {
  LAKE_ASSIGN_OR_RETURN(Job job, jobs.Find(id));
  if (MaySee(request, job)) return job;
  return NotFound("job_not_found", "job '{}' does not exist", id.value());
}

Status StreamEvents(const Request& request, JobService& jobs, const JobId& id, ResponseWriter& writer) {
  LAKE_ASSIGN_OR_RETURN(Job job, FindJob(request, jobs, id));
  LAKE_RETURN_IF_ERROR(writer.Start({.content_type = "text/event-stream"}));
  for (;;) {
    LAKE_RETURN_IF_ERROR(writer.Write(fmt::format("event: job\ndata: {}\n\n", WriteJson(ToJson(job)))));
    if (job.finished()) return writer.Finish({});
    LAKE_ASSIGN_OR_RETURN(job, NextChange(request, jobs, job, writer));
  }
}

/// The newest ones the caller may see.
Result<wire::Page<Job>> ListJobs(const Request& request, const JobService& jobs,
                                 const wire::ListRequest& list) {
  LAKE_ASSIGN_OR_RETURN(std::string before, wire::ReadPageToken("jobs", list.page_token));
  wire::Page<Job> page;
  for (;;) {
    std::vector<Job> more = jobs.List(JobId(before), wire::kLargestPage);
    for (Job& job : more) {
      before = job.id.value();
      if (!MaySee(request, job)) continue;
      if (page.items.size() == list.limit) {
        page.next_page_token = wire::MakePageToken("jobs", page.items.back().id.value());
        return page;
      }
      page.items.push_back(std::move(job));
    }
    if (more.size() < wire::kLargestPage) return page;
  }
}

}  // namespace

void AddJobRoutes(Api& api, JobService& jobs) {
  // Clients of the vector part know jobs by the second name.
  for (const std::string_view path : {"/jobs", "/vectors/jobs"})
    api.Add<wire::ListRequest, wire::Page<Job>>(
        {Method::kGet, path, "List jobs, newest first.", Permission::kRead},
        [&jobs](const Request& request, const wire::ListRequest& list) {
          return ListJobs(request, jobs, list);
        });
  for (const std::string_view path : {"/jobs/{id}", "/vectors/jobs/{id}"})
    api.Add<wire::NamedJob, Job>({Method::kGet, path, "Show a job.", Permission::kRead},
                                 [&jobs](const Request& request, const wire::NamedJob& named) {
                                   return FindJob(request, jobs, JobId(named.id));
                                 });
  api.Add<wire::NamedJob, Job>({Method::kDelete, "/jobs/{id}",
                                "Cancel a job; the answer is the job as it is now.", Permission::kWrite},
                               [&jobs](const Request& request, const wire::NamedJob& named) -> Result<Job> {
                                 LAKE_ASSIGN_OR_RETURN(const Job job,
                                                       FindJob(request, jobs, JobId(named.id)));
                                 return jobs.Cancel(request.context, job.id);
                               });
  DocumentedAnswer events =
      AnswerOf<Job>(200, "Server-sent events \"job\" with the job as data, until it is finished.");
  events.media_type = "text/event-stream";
  api.AddStream<wire::NamedJob>(
      {Method::kGet, "/jobs/{id}/events", "Follow a job.", Permission::kRead},
      {.request = {}, .answers = {events}},
      [&jobs](const Request& request, const wire::NamedJob& named, const RequestHead&,
              ResponseWriter& writer) { return StreamEvents(request, jobs, JobId(named.id), writer); });
}

}  // namespace lake::gateway
