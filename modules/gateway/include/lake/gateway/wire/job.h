// Jobs over the wire are as their owner describes them.
#pragma once

#include <string>
#include <tuple>

#include "lake/gateway/wire/list.h"
#include "lake/jobs/job.h"

namespace lake::gateway::wire {

using Job = jobs::Job;

/// The job a path names.
struct NamedJob {
  std::string id;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::NamedJob> {
  using T = lake::gateway::wire::NamedJob;
  static constexpr auto kFields = std::tuple{Required("id", &T::id, "Job id.").Between(1, 255)};
};
