#include "lake/gateway/routes.h"

namespace lake::gateway {

void AddOpenApiRoute(Api& api, std::string product_version) {
  api.Add<Nothing, JsonValue>(
      {Method::kGet, "/openapi.json", "Describes every route (OpenAPI 3.1).", Permission::kPublic},
      [&api, product_version = std::move(product_version)](
          const access::Request&, Nothing) -> Result<JsonValue> { return api.OpenApi(product_version); });
}

}  // namespace lake::gateway
