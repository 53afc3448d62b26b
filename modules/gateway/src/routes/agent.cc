#include "lake/tuning/agent.h"

#include "lake/gateway/routes.h"
#include "lake/gateway/wire/agent.h"

namespace lake::gateway {

using access::Request;

void AddAgentRoutes(Api& api, tuning::AgentService& agent) {
  api.Add<wire::EnqueueIndex, tuning::EnqueuedIndex>(
      {Method::kPost, "/vectors/agent/enqueue/{index}",
       "Have the tuning agent make a trial of an index soon.", Permission::kWrite},
      [&agent](const Request& request, const wire::EnqueueIndex& wanted) {
        return agent.Enqueue(request, wanted.index);
      });
  api.Add<Nothing, tuning::AgentStatus>(
      {Method::kGet, "/vectors/agent/status",
       "Show what the tuning agent does, what waits for it, and what it decided last and why.",
       Permission::kRead},
      [&agent](const Request& request, Nothing) -> Result<tuning::AgentStatus> {
        return agent.status(request);
      });
}

}  // namespace lake::gateway
