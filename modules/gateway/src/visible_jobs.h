// Which jobs a caller sees: their own, and an administrator all.
#pragma once

#include "lake/access/request.h"
#include "lake/jobs/job.h"

namespace lake::gateway {

inline bool MaySee(const access::Request& request, const jobs::Job& job) {
  return job.actor == request.caller.name || request.Has(access::Permission::kAdmin);
}

}  // namespace lake::gateway
