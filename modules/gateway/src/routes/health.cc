#include <utility>

#include "lake/gateway/routes.h"

namespace lake::gateway {
namespace {

wire::Readiness RunChecks(const Context& context, const std::vector<HealthCheck>& checks) {
  wire::Readiness readiness;
  for (const HealthCheck& check : checks) {
    wire::ComponentHealth& component = readiness.components.emplace_back();
    component.component = check.component;
    const Status status = check.check(context);
    if (status.ok()) continue;
    component.ready = readiness.ready = false;
    component.code = status.error().reason();
    component.detail = status.error().message();
  }
  return readiness;
}

}  // namespace

void AddHealthRoutes(Api& api, wire::BuildVersion version, std::vector<HealthCheck> checks) {
  const auto alive = [](const access::Request&, Nothing) -> Result<wire::Health> { return wire::Health{}; };
  api.AddInstant<Nothing, wire::Health>(
      {Method::kGet, "/health", "Says that the server runs.", Permission::kPublic}, alive);
  api.AddInstant<Nothing, wire::Health>(
      {Method::kGet, "/livez", "Says that the process answers.", Permission::kPublic}, alive);
  api.AddInstant<Nothing, wire::BuildVersion>(
      {Method::kGet, "/version", "Says what was built.", Permission::kPublic},
      [version = std::move(version)](const access::Request&, Nothing) -> Result<wire::BuildVersion> {
        return version;
      });
  api.Add<Nothing, wire::Readiness>(
      {Method::kGet, "/readyz",
       "Checks every component; 503 with the same document when one is out of order.", Permission::kPublic},
      [checks = std::move(checks)](const access::Request& request,
                                   Nothing) -> Result<Reply<wire::Readiness>> {
        wire::Readiness readiness = RunChecks(request.context, checks);
        const int status = readiness.ready ? 200 : 503;
        return Reply<wire::Readiness>{.value = std::move(readiness), .status = status};
      });
}

}  // namespace lake::gateway
