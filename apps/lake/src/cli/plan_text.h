// The plan of a statement for a person's eyes.
#pragma once

#include <string>

#include "commands.h"
#include "lake/app/http_client.h"
#include "lake/common/json.h"
#include "rest.h"

namespace lake::app {

/// One operator a line, what feeds it indented below; `plan` is the member of that name of a PlanAnswer.
std::string FormatPlan(const JsonValue& plan);

/// Sends a request for a plan and prints the answer. Error: invalid_argument/bad_output for a format that
/// rows can have and a plan cannot.
Status PrintPlan(Rest& rest, OutputFormat output, const HttpRequest& request);

}  // namespace lake::app
