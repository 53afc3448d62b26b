// Errors as answers.
#pragma once

#include <string_view>

#include "lake/gateway/exchange.h"
#include "lake/gateway/wire/problem.h"

namespace lake::gateway {

/// Without the internal cause: that is for the log.
wire::Problem MakeProblem(const Error& error, std::string_view request_id);
/// With the headers that its status asks for (WWW-Authenticate, Retry-After).
Answer ProblemAnswer(const Error& error, std::string_view request_id);

}  // namespace lake::gateway
