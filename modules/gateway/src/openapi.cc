#include "openapi.h"

#include <algorithm>
#include <map>

#include "binding.h"
#include "text.h"

namespace lake::gateway {
namespace {

using internal::BoundRoute;
using internal::NewRoute;

/// "getCatalogDatasetsByNameName": the method and the words of the path.
std::string OperationId(const BoundRoute& route) {
  std::string id = LowerAscii(NameOf(route.method));
  bool starts_word = true;
  for (const char c : route.path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) id.push_back(starts_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    starts_word = !letter;
  }
  return id;
}

std::string Tag(const BoundRoute& route) {
  std::string_view rest = std::string_view(route.path).substr(1);
  return rest.empty() ? "page" : std::string(CutAt('/', &rest));
}

bool IsRequired(const JsonValue& schema, std::string_view name) {
  const JsonValue* required = schema.Find("required");
  return required != nullptr &&
         std::ranges::any_of(required->as_array(), [&](const JsonValue& r) { return r.as_string() == name; });
}

bool InPath(const BoundRoute& route, std::string_view name) {
  return std::ranges::find(route.path_parameters, name) != route.path_parameters.end();
}

JsonValue MakeParameters(const BoundRoute& route, const JsonValue& schema) {
  JsonValue parameters = JsonValue::MakeArray();
  for (const ParameterShape& shape : route.parameters) {
    const bool in_path = InPath(route, shape.name);
    if (!in_path && (route.reads_json || shape.kind == ParameterKind::kDocument)) continue;
    JsonValue property = *schema.Find("properties")->Find(shape.name);
    JsonValue parameter = JsonValue::MakeObject({{"name", shape.name}, {"in", in_path ? "path" : "query"}});
    parameter.Set("required", in_path || IsRequired(schema, shape.name));
    if (const JsonValue* description = property.Find("description")) {
      parameter.Set("description", *description);
      property.Erase("description");
    }
    parameter.Set("schema", std::move(property));
    parameters.Append(std::move(parameter));
  }
  return parameters;
}

/// The request's struct without the fields that are in the path; null when nothing is left.
JsonValue BodySchema(const BoundRoute& route, const JsonValue& written, const JsonValue& schema) {
  const size_t fields = schema.Find("properties")->as_object().size();
  if (fields == route.path_parameters.size()) return nullptr;
  if (route.path_parameters.empty()) return written;
  JsonValue body = schema;
  for (const std::string& name : route.path_parameters) body.Find("properties")->Erase(name);
  if (JsonValue* required = body.Find("required")) {
    std::erase_if(required->as_array(),
                  [&](const JsonValue& name) { return InPath(route, name.as_string()); });
    if (required->as_array().empty()) body.Erase("required");
  }
  return body;
}

JsonValue MakeContent(std::string_view media_type, JsonValue schema) {
  return JsonValue::MakeObject(
      {{std::string(media_type), JsonValue::MakeObject({{"schema", std::move(schema)}})}});
}

JsonValue MakeRequestBody(const BoundRoute& route, const JsonValue& written, const JsonValue& schema) {
  if (route.is_upload()) {
    JsonValue content = JsonValue::MakeObject();
    for (const std::string& type : route.request_types)
      content.Set(type, JsonValue::MakeObject(
                            {{"schema", JsonValue::MakeObject({{"type", "string"}, {"format", "binary"}})}}));
    return JsonValue::MakeObject({{"required", true}, {"content", std::move(content)}});
  }
  JsonValue body = route.reads_json ? BodySchema(route, written, schema) : JsonValue();
  if (body.is_null()) return nullptr;
  const bool required = std::ranges::any_of(route.parameters, [&](const ParameterShape& field) {
    return IsRequired(schema, field.name) && !InPath(route, field.name);
  });
  return JsonValue::MakeObject(
      {{"required", required}, {"content", MakeContent("application/json", std::move(body))}});
}

JsonValue MakeResponses(const std::vector<DocumentedAnswer>& answers, SchemaComponents& components) {
  JsonValue responses = JsonValue::MakeObject();
  for (const DocumentedAnswer& answer : answers) {
    const std::string status = fmt::to_string(answer.status);
    JsonValue* response = responses.Find(status);
    if (response == nullptr)
      response = &responses.Set(status, JsonValue::MakeObject({{"description", answer.description}}));
    if (answer.media_type.empty()) continue;
    JsonValue schema = answer.schema != nullptr
                           ? answer.schema(components)
                           : JsonValue::MakeObject({{"type", "string"}, {"format", "binary"}});
    JsonValue* content = response->Find("content");
    if (content == nullptr) content = &response->Set("content", JsonValue::MakeObject());
    content->Set(answer.media_type, JsonValue::MakeObject({{"schema", std::move(schema)}}));
  }
  responses.Set("default", JsonValue::MakeObject({{"$ref", "#/components/responses/Problem"}}));
  return responses;
}

JsonValue MakeComponents(const SchemaComponents& components) {
  JsonValue::Object schemas = components.schemas();
  std::ranges::sort(schemas, {}, &JsonValue::Member::first);
  JsonValue problem = JsonValue::MakeObject({{"description", "What went wrong (RFC 9457)."}});
  problem.Set("content", MakeContent("application/problem+json",
                                     JsonValue::MakeObject({{"$ref", "#/components/schemas/Problem"}})));
  JsonValue key = JsonValue::MakeObject({{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-Key"}});
  JsonValue bearer = JsonValue::MakeObject({{"type", "http"}, {"scheme", "bearer"}});
  return JsonValue::MakeObject({{"schemas", std::move(schemas)},
                                {"responses", JsonValue::MakeObject({{"Problem", std::move(problem)}})},
                                {"securitySchemes", JsonValue::MakeObject({{"ApiKey", std::move(key)},
                                                                           {"Bearer", std::move(bearer)}})}});
}

}  // namespace

JsonValue MakeOperation(const NewRoute& added, const BoundRoute& route, SchemaComponents& components) {
  const JsonValue schema = Resolve(added.request_schema, components);
  JsonValue operation = JsonValue::MakeObject();
  operation.Set("operationId", OperationId(route));
  operation.Set("summary", added.route.summary);
  operation.Set("tags", JsonValue::Array{Tag(route)});
  operation.Set("x-permission", NameOf(route.permission));
  if (route.permission == Permission::kPublic) operation.Set("security", JsonValue::MakeArray());
  if (JsonValue parameters = MakeParameters(route, schema); !parameters.as_array().empty())
    operation.Set("parameters", std::move(parameters));
  if (JsonValue body = MakeRequestBody(route, added.request_schema, schema); !body.is_null())
    operation.Set("requestBody", std::move(body));
  operation.Set("responses", MakeResponses(added.answers, components));
  return operation;
}

JsonValue MakeOpenApi(const internal::RouteTable& routes, const SchemaComponents& components,
                      std::string_view product_version) {
  std::map<std::string, std::map<std::string, const BoundRoute*>> sorted;
  for (const auto& route : routes.all()) {
    std::string path = route->path;
    if (const size_t star = path.find("{*"); star != std::string::npos) path.erase(star + 1, 1);
    sorted[path][LowerAscii(NameOf(route->method))] = route.get();
  }
  JsonValue paths = JsonValue::MakeObject();
  for (const auto& [path, methods] : sorted) {
    JsonValue& item = paths.Set(path, JsonValue::MakeObject());
    for (const auto& [method, route] : methods) item.Set(method, route->operation);
  }
  JsonValue any_scheme = JsonValue::Array{JsonValue::MakeObject({{"ApiKey", JsonValue::MakeArray()}}),
                                          JsonValue::MakeObject({{"Bearer", JsonValue::MakeArray()}})};
  return JsonValue::MakeObject(
      {{"openapi", "3.1.0"},
       {"info", JsonValue::MakeObject({{"title", "lakehouse"}, {"version", product_version}})},
       {"security", std::move(any_scheme)},
       {"paths", std::move(paths)},
       {"components", MakeComponents(components)}});
}

}  // namespace lake::gateway
