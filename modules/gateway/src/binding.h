// The parts of a request that carry fields, made into the one document its struct is read from.
#pragma once

#include <string_view>
#include <vector>

#include "bound_route.h"
#include "lake/common/json.h"

namespace lake::gateway {

/// The kinds of a struct's fields, from its JSON Schema; `components` resolves references.
std::vector<ParameterShape> ShapeOf(const JsonValue& schema, const SchemaComponents& components);
/// The schema itself, or the one it refers to.
const JsonValue& Resolve(const JsonValue& schema, const SchemaComponents& components);

/// Errors: those of ParseJson; invalid_argument/invalid_request when a name is given twice or the body is no
/// object. Unknown names and wrong types are left for the reading of the document, which names them all at
/// once.
Result<JsonValue> BindRequest(const internal::BoundRoute& route, const PathValues& path,
                              const RequestHead& head, std::string_view body);

}  // namespace lake::gateway
