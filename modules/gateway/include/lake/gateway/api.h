// Api: routes as one line each. A route has a method, a path, a summary and a permission; its request and
// response are described structs, from which reading, refusing, writing and the OpenAPI document follow.
//
//   api.Add<ShowDataset, wire::Dataset>({Method::kGet, "/catalog/datasets/by-name/{name}", "Show a dataset.",
//                                        Permission::kRead}, [&](const access::Request& request, ShowDataset
//                                        show) {…});
//
// A request struct's fields are filled from the path's {parameters}, then from the query string, then — for
// POST, PUT and PATCH — from the JSON body's members; a name in two places, an unknown name or a wrong type
// is refused with its pointer. The permission is checked before the body is read.
//
// Routes are added before the server starts, by one thread; from then on the Api is constant and any thread
// may use it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "lake/access/permission.h"
#include "lake/access/request.h"
#include "lake/common/json_io.h"
#include "lake/common/result.h"
#include "lake/gateway/exchange.h"

namespace lake::gateway {

using access::Permission;

/// What a route answers when its handler succeeds and says no other status.
enum class Success { kOk = 200, kCreated = 201, kAccepted = 202, kNoContent = 204 };

struct Route {
  /// `path`: "/a/{name}/b"; a parameter is one whole segment, and "{*key}" as the last one takes all that is
  /// left.
  Route(Method the_method, std::string_view the_path, std::string_view the_summary, Permission the_permission)
      : Route(the_method, the_path, the_summary, the_permission, Success::kOk) {}
  Route(Method the_method, std::string_view the_path, std::string_view the_summary, Permission the_permission,
        Success the_success)
      : method(the_method),
        path(the_path),
        summary(the_summary),
        permission(the_permission),
        success(the_success) {}

  Method method;
  std::string_view path;
  std::string_view summary;  ///< One sentence for the OpenAPI document.
  Permission permission;
  Success success;
};

/// No members: for routes without a request or response document. A response without one is 204.
struct Nothing {};

/// A response with another status or with further headers.
template <class T>
struct Reply {
  T value;
  int status = 200;
  std::vector<Header> headers = {};
};

/// One answer of a route, for the OpenAPI document.
struct DocumentedAnswer {
  int status = 200;
  std::string description;
  std::string media_type;                            ///< Empty: no body.
  JsonValue (*schema)(SchemaComponents&) = nullptr;  ///< Null: bytes.
};
template <class T>
DocumentedAnswer AnswerOf(int status, std::string_view description);

/// `value` as JSON.
template <class T>
Answer JsonAnswer(int status, const T& value);

/// How a route that streams its request or response is described.
struct StreamTypes {
  std::vector<std::string> request;       ///< Media types it reads; empty unless it is an upload.
  std::vector<DocumentedAnswer> answers;  ///< Besides problems.
};

namespace internal {
using PlainHandler = std::function<Result<Answer>(const access::Request&, const JsonValue& document)>;
using StreamHandler = std::function<Status(const access::Request&, const JsonValue& document,
                                           const RequestHead&, ResponseWriter&)>;
using UploadHandler = std::function<Result<Answer>(const access::Request&, const JsonValue& document,
                                                   const RequestHead&, BodyReader&)>;
using AnyHandler = std::variant<PlainHandler, StreamHandler, UploadHandler>;

/// Where the handler runs.
enum class Thread { kWorker, kIo };

struct NewRoute {
  Route route;
  Thread thread = Thread::kWorker;
  JsonValue request_schema;
  std::vector<std::string> request_types = {};
  std::vector<DocumentedAnswer> answers = {};
  AnyHandler handler;
};
struct BoundRoute;  ///< A route as the server runs it; private to the module.
class RouteTable;
}  // namespace internal

class Api {
 public:
  Api();
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Handler: Result<ResponseT>, Result<Reply<ResponseT>> or, for Nothing, Status, of (const
  /// access::Request&, RequestT).
  template <class RequestT, class ResponseT, class Handler>
  void Add(const Route& route, Handler handler);

  /// The same for handlers that only look at memory: they run on the I/O thread and answer however busy the
  /// workers are. They must not block.
  template <class RequestT, class ResponseT, class Handler>
  void AddInstant(const Route& route, Handler handler);

  /// An answer of any length. Handler: Status(const access::Request&, RequestT, const RequestHead&,
  /// ResponseWriter&). An error before Start (or after Withdraw) becomes a problem document; after it the
  /// connection is aborted.
  template <class RequestT, class Handler>
  void AddStream(const Route& route, const StreamTypes& types, Handler handler);

  /// A request body of any length. Handler: Result<Answer>(const access::Request&, ParametersT, const
  /// RequestHead&, BodyReader&); the parameters come from path and query. What it leaves unread is not
  /// received.
  template <class ParametersT, class Handler>
  void AddUpload(const Route& route, const StreamTypes& types, Handler handler);

  /// OpenAPI 3.1, the same for the same routes whatever their order of registration.
  JsonValue OpenApi(std::string_view product_version) const;

  /// For the server and for tests of this module.
  const internal::RouteTable& routes() const { return *routes_; }

 private:
  void Register(internal::NewRoute route);
  template <class RequestT, class ResponseT, class Handler>
  void AddPlain(const Route& route, internal::Thread thread, Handler handler);

  std::unique_ptr<SchemaComponents> components_;
  std::unique_ptr<internal::RouteTable> routes_;
};

}  // namespace lake::gateway

template <>
struct lake::Describe<lake::gateway::Nothing> {
  static constexpr auto kFields = std::tuple{};
};

namespace lake::gateway {

template <class T>
DocumentedAnswer AnswerOf(int status, std::string_view description) {
  if constexpr (std::same_as<T, Nothing>) return {status, std::string(description), "", nullptr};
  return {status, std::string(description), "application/json",
          [](SchemaComponents& components) { return SchemaOf<T>(components); }};
}

template <class T>
Answer JsonAnswer(int status, const T& value) {
  return {.head = {.status = status, .content_type = "application/json"}, .body = WriteJson(ToJson(value))};
}

namespace internal {

template <class T>
Answer EncodeReply(const T& value, int status) {
  if constexpr (std::same_as<T, Nothing>) return {.head = {.status = status}};
  return JsonAnswer(status, value);
}
template <class T>
Answer EncodeReply(const Reply<T>& reply, int) {
  Answer answer = EncodeReply(reply.value, reply.status);
  answer.head.headers = reply.headers;
  return answer;
}

}  // namespace internal

template <class RequestT, class ResponseT, class Handler>
void Api::AddPlain(const Route& route, internal::Thread thread, Handler handler) {
  constexpr bool kEmpty = std::same_as<ResponseT, Nothing>;
  const int status = kEmpty && route.success == Success::kOk ? 204 : static_cast<int>(route.success);
  internal::PlainHandler run = [handler = std::move(handler), status](
                                   const access::Request& request,
                                   const JsonValue& document) -> Result<Answer> {
    LAKE_ASSIGN_OR_RETURN(RequestT value, FromJson<RequestT>(document, Reading::kStrict));
    auto result = handler(request, std::move(value));
    if (!result.ok()) return std::move(result).error();
    if constexpr (std::is_void_v<typename decltype(result)::value_type>) {
      static_assert(kEmpty, "a handler that returns Status has no response document");
      return internal::EncodeReply(Nothing{}, status);
    } else {
      using Value = typename decltype(result)::value_type;
      static_assert(std::same_as<Value, ResponseT> || std::same_as<Value, Reply<ResponseT>>,
                    "the handler answers with another type than the route documents");
      return internal::EncodeReply(*result, status);
    }
  };
  Register({.route = route,
            .thread = thread,
            .request_schema = SchemaOf<RequestT>(*components_),
            .answers = {AnswerOf<ResponseT>(status, route.summary)},
            .handler = std::move(run)});
}

template <class RequestT, class ResponseT, class Handler>
void Api::Add(const Route& route, Handler handler) {
  AddPlain<RequestT, ResponseT>(route, internal::Thread::kWorker, std::move(handler));
}

template <class RequestT, class ResponseT, class Handler>
void Api::AddInstant(const Route& route, Handler handler) {
  AddPlain<RequestT, ResponseT>(route, internal::Thread::kIo, std::move(handler));
}

template <class RequestT, class Handler>
void Api::AddStream(const Route& route, const StreamTypes& types, Handler handler) {
  internal::StreamHandler run = [handler = std::move(handler)](
                                    const access::Request& request, const JsonValue& document,
                                    const RequestHead& head, ResponseWriter& writer) -> Status {
    LAKE_ASSIGN_OR_RETURN(RequestT value, FromJson<RequestT>(document, Reading::kStrict));
    return handler(request, std::move(value), head, writer);
  };
  Register({.route = route,
            .request_schema = SchemaOf<RequestT>(*components_),
            .request_types = types.request,
            .answers = types.answers,
            .handler = std::move(run)});
}

template <class ParametersT, class Handler>
void Api::AddUpload(const Route& route, const StreamTypes& types, Handler handler) {
  internal::UploadHandler run = [handler = std::move(handler)](
                                    const access::Request& request, const JsonValue& document,
                                    const RequestHead& head, BodyReader& body) -> Result<Answer> {
    LAKE_ASSIGN_OR_RETURN(ParametersT value, FromJson<ParametersT>(document, Reading::kStrict));
    return handler(request, std::move(value), head, body);
  };
  Register({.route = route,
            .request_schema = SchemaOf<ParametersT>(*components_),
            .request_types = types.request,
            .answers = types.answers,
            .handler = std::move(run)});
}

}  // namespace lake::gateway
