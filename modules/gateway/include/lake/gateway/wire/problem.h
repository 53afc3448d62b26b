// Every error as clients see it: RFC 9457, application/problem+json.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"

namespace lake::gateway::wire {

struct ProblemDetail {
  std::string pointer;
  std::string detail;
};

struct Problem {
  std::string type = "about:blank";
  std::string title;
  int32_t status = 500;
  std::string code;
  std::string detail;
  std::string request_id;
  std::vector<ProblemDetail> errors;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::ProblemDetail> {
  using T = lake::gateway::wire::ProblemDetail;
  static constexpr std::string_view kName = "ProblemDetail";
  static constexpr auto kFields = std::tuple{
      Required("pointer", &T::pointer, "JSON pointer of the wrong place; parameters are named like members."),
      Required("detail", &T::detail, "What is wrong there.")};
};
template <>
struct lake::Describe<lake::gateway::wire::Problem> {
  using T = lake::gateway::wire::Problem;
  static constexpr std::string_view kName = "Problem";
  static constexpr auto kFields =
      std::tuple{Required("type", &T::type, "Always about:blank: `code` tells the kind."),
                 Required("title", &T::title, "The status in words."),
                 Required("status", &T::status, "HTTP status."),
                 Required("code", &T::code, "Stable slug of the kind of error."),
                 Required("detail", &T::detail, "A sentence for people."),
                 Required("request_id", &T::request_id, "Also in X-Request-Id and in the server's log."),
                 Required("errors", &T::errors, "The wrong places of the request.")};
};
