// A route as the server runs it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/gateway/api.h"

namespace lake::gateway {

/// What a text parameter (of the path or the query) becomes in the request's document.
enum class ParameterKind {
  kText,
  kInteger,
  kNumber,
  kBoolean,
  kTextList,     ///< Given once for each item.
  kIntegerList,  ///< As above.
  kDocument,     ///< No text form: only in a JSON body.
};

struct ParameterShape {
  std::string name;
  ParameterKind kind = ParameterKind::kText;
};

/// Values of the path's parameters, by name.
using PathValues = std::vector<std::pair<std::string, std::string>>;

namespace internal {

struct BoundRoute {
  Method method = Method::kGet;
  std::string path;
  Permission permission = Permission::kAdmin;
  Thread thread = Thread::kWorker;
  bool reads_json = false;                   ///< It takes a JSON body.
  std::vector<std::string> request_types;    ///< Media types of an upload.
  std::vector<std::string> path_parameters;  ///< In the order of the path.
  std::vector<ParameterShape> parameters;    ///< Every field of the request struct.
  AnyHandler handler;
  JsonValue operation;  ///< For OpenAPI.

  bool is_upload() const { return std::holds_alternative<UploadHandler>(handler); }
  bool is_stream() const { return !std::holds_alternative<PlainHandler>(handler); }
};

}  // namespace internal
}  // namespace lake::gateway
