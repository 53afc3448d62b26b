// A job as the answer of the route that asked for it.
#pragma once

#include <functional>
#include <string_view>

#include "lake/access/request.h"
#include "lake/common/json.h"
#include "lake/gateway/exchange.h"
#include "lake/jobs/job_service.h"

namespace lake::gateway {

/// What is answered of a job's result.
using AnswerFromResult = std::function<JsonValue(const JsonValue& result)>;

/// Submits a job and answers with its result when it has ended, 200; to a client that prefers respond-async
/// with the job at once, 202. A client that goes away leaves the job running. `answer`: empty for the result
/// as it is. Errors: those of JobService::Submit and of waiting; failed_precondition with the slug of a job
/// that did not succeed.
Status AnswerWithJob(jobs::JobService& jobs, const access::Request& request, std::string_view kind,
                     JsonValue payload, const RequestHead& head, ResponseWriter& writer,
                     const AnswerFromResult& answer = {});

/// The same for a job that was submitted already.
Status AnswerWithSubmitted(jobs::JobService& jobs, const access::Request& request, jobs::Job job,
                           const RequestHead& head, ResponseWriter& writer,
                           const AnswerFromResult& answer = {});

}  // namespace lake::gateway
