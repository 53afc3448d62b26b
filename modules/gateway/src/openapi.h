// The OpenAPI 3.1 document, from the routes.
#pragma once

#include <string_view>

#include "lake/common/describe_schema.h"
#include "route_table.h"

namespace lake::gateway {

/// The operation object of one route. `route.parameters` and `.path_parameters` are filled in already.
JsonValue MakeOperation(const internal::NewRoute& added, const internal::BoundRoute& route,
                        SchemaComponents& components);
/// Paths and components are sorted by name.
JsonValue MakeOpenApi(const internal::RouteTable& routes, const SchemaComponents& components,
                      std::string_view product_version);

}  // namespace lake::gateway
