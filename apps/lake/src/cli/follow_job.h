// A job to its end, as the commands wait for it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lake/common/json.h"
#include "lake/common/result.h"
#include "rest.h"

namespace lake::app {

using JobProgress = std::function<void(uint64_t done, std::optional<uint64_t> total, std::string_view unit)>;

/// Its result document. An interrupt cancels the job. Errors: those of the server, of the job.
Result<JsonValue> FollowJob(Rest& rest, std::string_view id, const JobProgress& progress);

/// The same behind a progress bar with that label.
Result<JsonValue> FollowJobWithBar(Rest& rest, std::string_view id, const std::string& label);

}  // namespace lake::app
