#include "lake/gateway/api.h"

#include "binding.h"
#include "lake/common/check.h"
#include "lake/gateway/wire/problem.h"
#include "openapi.h"
#include "route_table.h"

namespace lake::gateway {
namespace {

bool TakesBody(Method method) {
  return method == Method::kPost || method == Method::kPut || method == Method::kPatch;
}

}  // namespace

Api::Api()
    : components_(std::make_unique<SchemaComponents>()), routes_(std::make_unique<internal::RouteTable>()) {
  SchemaOf<wire::Problem>(*components_);
}
Api::~Api() = default;

void Api::Register(internal::NewRoute added) {
  internal::BoundRoute bound = {.method = added.route.method,
                                .path = std::string(added.route.path),
                                .permission = added.route.permission,
                                .thread = added.thread,
                                .request_types = added.request_types,
                                .handler = std::move(added.handler)};
  bound.reads_json = TakesBody(bound.method) && !bound.is_upload();
  LAKE_CHECK(bound.is_upload() == !bound.request_types.empty());
  bound.parameters = ShapeOf(added.request_schema, *components_);
  internal::BoundRoute& route = routes_->Add(std::move(bound));
  route.operation = MakeOperation(added, route, *components_);
}

JsonValue Api::OpenApi(std::string_view product_version) const {
  return MakeOpenApi(*routes_, *components_, product_version);
}

}  // namespace lake::gateway
