#include "problem.h"

#include "http_status.h"
#include "lake/common/json_io.h"

namespace lake::gateway {

wire::Problem MakeProblem(const Error& error, std::string_view request_id) {
  const int status = HttpStatus(error);
  wire::Problem problem = {.title = std::string(StatusPhrase(status)),
                           .status = status,
                           .code = error.reason(),
                           .detail = error.message(),
                           .request_id = std::string(request_id),
                           .errors = {}};
  for (const ErrorDetail& detail : error.details())
    problem.errors.push_back({detail.pointer, detail.message});
  return problem;
}

Answer ProblemAnswer(const Error& error, std::string_view request_id) {
  const wire::Problem problem = MakeProblem(error, request_id);
  Answer answer = {.head = {.status = problem.status, .content_type = "application/problem+json"},
                   .body = WriteJson(ToJson(problem)),
                   .failure = error.reason()};
  if (problem.status == 401)
    answer.head.headers.push_back({"WWW-Authenticate", "Bearer realm=\"lakehouse\""});
  if (problem.status == 429 || problem.status == 503) answer.head.headers.push_back({"Retry-After", "1"});
  return answer;
}

}  // namespace lake::gateway
