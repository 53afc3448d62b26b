#include "awaited_job.h"

#include <string>
#include <utility>

#include "lake/common/json_io.h"
#include "waiting.h"

namespace lake::gateway {
namespace {

/// What a job that did not succeed is to those who waited for it.
Error ErrorOf(const jobs::Job& job) {
  const jobs::JobFailure failure =
      job.error.value_or(jobs::JobFailure{.code = "job_failed", .detail = "the job failed"});
  return Error(ErrorCode::kFailedPrecondition, failure.code, failure.detail);
}

}  // namespace

Status AnswerWithJob(jobs::JobService& jobs, const access::Request& request, std::string_view kind,
                     JsonValue payload, const RequestHead& head, ResponseWriter& writer,
                     const AnswerFromResult& answer) {
  LAKE_ASSIGN_OR_RETURN(jobs::Job job, jobs.Submit(request.context, std::string(kind), request.caller.name,
                                                   std::move(payload)));
  return AnswerWithSubmitted(jobs, request, std::move(job), head, writer, answer);
}

Status AnswerWithSubmitted(jobs::JobService& jobs, const access::Request& request, jobs::Job job,
                           const RequestHead& head, ResponseWriter& writer, const AnswerFromResult& answer) {
  ResponseHead start = {.status = 202, .content_type = "application/json"};
  start.headers = {{"Location", fmt::format("/jobs/{}", job.id.value())}};
  std::string body;
  if (WaitingOf(head) == Waiting::kAsync) {
    start.headers.push_back({"Preference-Applied", "respond-async"});
    body = WriteJson(ToJson(job));
  } else {
    LAKE_ASSIGN_OR_RETURN(job, jobs.WaitUntilFinished(request.context, job.id));
    if (job.state != jobs::JobState::kSucceeded) return ErrorOf(job);
    start.status = 200;
    body = WriteJson(answer ? answer(*job.result) : *job.result);
  }
  LAKE_RETURN_IF_ERROR(writer.Start(start));
  LAKE_RETURN_IF_ERROR(writer.Write(body));
  return writer.Finish({});
}

}  // namespace lake::gateway
