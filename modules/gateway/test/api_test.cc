// Goal: a route's request document is made from path, query and body exactly as documented, everything else
// is refused with its pointer, and the OpenAPI document follows from the routes. Method: tiny structs bound
// through Api, routes run by Serve without a socket.
#include "lake/gateway/api.h"

#include <gtest/gtest.h>

#include "binding.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/result_matchers.h"
#include "openapi.h"
#include "problem.h"
#include "request_target.h"
#include "route_table.h"
#include "served_request.h"

namespace lake::gateway::api_test {

enum class Loudness { kSoft, kLoud };

struct Tune {
  std::string title;
  std::optional<int64_t> bars;
  std::vector<std::string> voices;
  Loudness loudness = Loudness::kSoft;
  double tempo = 1.5;
  bool repeat = false;
  std::optional<JsonValue> notes;
};

struct Played {
  std::string summary;
};

}  // namespace lake::gateway::api_test

template <>
struct lake::DescribeEnum<lake::gateway::api_test::Loudness> {
  using L = lake::gateway::api_test::Loudness;
  static constexpr std::array kNames = {EnumName(L::kSoft, "soft"), EnumName(L::kLoud, "loud")};
};
template <>
struct lake::Describe<lake::gateway::api_test::Tune> {
  using T = lake::gateway::api_test::Tune;
  static constexpr std::string_view kName = "Tune";
  static constexpr auto kFields =
      std::tuple{Required("title", &T::title, "What it is called.").Between(1, 20),
                 Optional("bars", &T::bars, "How long.").Between(1, 64),
                 Optional("voices", &T::voices, "Who sings.").Between(0, 3),
                 Optional("loudness", &T::loudness, "How loud."),
                 Optional("tempo", &T::tempo, "How fast."),
                 Optional("repeat", &T::repeat, "Again."),
                 Optional("notes", &T::notes, "Anything.")};
};
template <>
struct lake::Describe<lake::gateway::api_test::Played> {
  using T = lake::gateway::api_test::Played;
  static constexpr std::string_view kName = "Played";
  static constexpr auto kFields = std::tuple{Required("summary", &T::summary, "What was played.")};
};

namespace lake::gateway::api_test {
namespace {

// A route without a permission does not compile.
static_assert(std::is_constructible_v<Route, Method, const char*, const char*, Permission>);
static_assert(!std::is_constructible_v<Route, Method, const char*, const char*>);
static_assert(!std::is_default_constructible_v<Route>);

Result<Played> Play(const access::Request&, const Tune& tune) {
  if (tune.title == "4'33\"")
    return NotFound("no_sound", "there is nothing to hear").WithCause("the audience coughs");
  return Played{fmt::format("{} bars={} voices={} {} tempo={} repeat={}", tune.title, tune.bars.value_or(0),
                            fmt::join(tune.voices, "+"), NameOf(tune.loudness), tune.tempo, tune.repeat)};
}

/// One Api with a route of each sort.
class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    api_.Add<Tune, Played>({Method::kGet, "/tunes/{title}", "Play a tune.", Permission::kRead}, Play);
    api_.Add<Tune, Played>(
        {Method::kPut, "/tunes/{title}", "Write and play a tune.", Permission::kWrite, Success::kCreated},
        Play);
    api_.Add<Tune, Played>({Method::kPost, "/tunes", "Play any tune.", Permission::kWrite}, Play);
    api_.Add<Nothing, Nothing>({Method::kDelete, "/tunes", "Forget all tunes.", Permission::kAdmin},
                               [](const access::Request&, Nothing) -> Status { return {}; });
    api_.Add<Nothing, Played>({Method::kGet, "/reply", "Answer in one's own way.", Permission::kPublic},
                              [](const access::Request&, Nothing) -> Result<Reply<Played>> {
                                return Reply<Played>{{"x"}, 503, {{"X-Own", "way"}}};
                              });
  }

  /// Runs the route of a request as a worker would.
  Answer Ask(Method method, std::string_view target, std::string_view body) {
    Result<RequestTarget> parsed = ParseTarget(target);
    LAKE_CHECK(parsed.ok());
    RequestHead head = {.method = method,
                        .path = parsed->path,
                        .segments = parsed->segments,
                        .query = parsed->query,
                        .headers = {},
                        .peer = {},
                        .request_id = "r-1"};
    internal::RouteMatch match = api_.routes().Find(method, head.segments);
    LAKE_CHECK(match.route != nullptr);
    ServedRequest served(std::move(head), {.declared_length = {}, .max_body_bytes = 1 << 20}, budget_, [] {});
    served.route = match.route;
    served.path_values = match.values;
    LAKE_CHECK(served.body.Take(body) == body.size());
    Serve(served, log_);
    return *served.answer.Take({}).whole;
  }
  std::string Text(Method method, std::string_view target, std::string_view body) {
    const Answer answer = Ask(method, target, body);
    return fmt::format("{} {}", answer.head.status, answer.body);
  }
  /// "pointer: detail" of each wrong place.
  std::string Places(Method method, std::string_view target, std::string_view body) {
    const Answer answer = Ask(method, target, body);
    const Result<JsonValue> problem = ParseJson(answer.body);
    std::string places = fmt::to_string(answer.head.status);
    for (const JsonValue& error : problem->Find("errors")->as_array())
      places += fmt::format("|{}: {}", error.FindString("pointer"), error.FindString("detail"));
    return places;
  }

  ByteBudget budget_{1 << 20};
  CaptureLog log_;
  Api api_;
};

TEST_F(ApiTest, FieldsComeFromPathQueryAndBody) {
  EXPECT_EQ(
      Text(Method::kGet,
           "/tunes/Fugue%20in%20G?bars=12&voices=alto&voices=bass&loudness=loud&tempo=2&repeat=true", ""),
      R"(200 {"summary":"Fugue in G bars=12 voices=alto+bass loud tempo=2 repeat=true"})");
  EXPECT_EQ(Text(Method::kPut, "/tunes/Air?repeat=true", R"({"bars":3,"voices":["solo"],"notes":{"a":[1]}})"),
            R"(201 {"summary":"Air bars=3 voices=solo soft tempo=1.5 repeat=true"})");
  EXPECT_EQ(Text(Method::kPut, "/tunes/Air", ""),
            R"(201 {"summary":"Air bars=0 voices= soft tempo=1.5 repeat=false"})");
}

TEST_F(ApiTest, RepliesChooseStatusAndHeaders) {
  EXPECT_EQ(Text(Method::kDelete, "/tunes", ""), "204 ");
  const Answer answer = Ask(Method::kGet, "/reply", "");
  EXPECT_EQ(answer.head.status, 503);
  EXPECT_EQ(answer.head.headers, (std::vector<Header>{{"X-Own", "way"}}));
}

TEST_F(ApiTest, EveryWrongPlaceIsNamed) {
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?bars=many", ""), "400|/bars: expected an integer");
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?bars=0", ""), "400|/bars: must be between 1 and 64");
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?bars=99999999999999999999", ""), "400|/bars: expected an integer");
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?repeat=yes&tempo=nan", ""),
            "400|/tempo: expected a number|/repeat: expected true or false");
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?bar=3", ""), "400|/bar: unknown field; did you mean \"bars\"?");
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?a%2Fb~=3", ""), "400|/a~1b~0: unknown field");
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?notes=1", ""), "400|/notes: can only be given in the body");
  EXPECT_EQ(Places(Method::kPost, "/tunes", R"({"bars":"3"})"),
            "400|/title: is required|/bars: expected an integer");
  EXPECT_EQ(Places(Method::kPost, "/tunes", ""), "400|/title: is required");
  EXPECT_EQ(Places(Method::kPost, "/tunes", "[]"), "400|: expected an object");
  EXPECT_EQ(Places(Method::kPost, "/tunes", R"({"title":"x","tile":1})"),
            "400|/tile: unknown field; did you mean \"title\"?");
}

TEST_F(ApiTest, ANameInTwoPlacesIsRefused) {
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?bars=1&bars=1", ""), "400|/bars: is given twice");
  EXPECT_EQ(Places(Method::kGet, "/tunes/x?title=y", ""), "400|/title: is given twice");
  EXPECT_EQ(Places(Method::kPut, "/tunes/x?bars=1", R"({"title":"y","bars":1})"),
            "400|/title: is given in the body and also in the path or the query"
            "|/bars: is given in the body and also in the path or the query");
  EXPECT_EQ(Places(Method::kPost, "/tunes", R"({"title":"x","title":"x"})"),
            "400|: the member \"title\" appears twice");
}

TEST_F(ApiTest, ProblemsFollowRfc9457AndKeepCausesToTheLog) {
  const Answer answer = Ask(Method::kPost, "/tunes", R"({"title":"4'33\""})");
  EXPECT_EQ(answer.head.content_type, "application/problem+json");
  EXPECT_EQ(answer.body, R"({"type":"about:blank","title":"Not Found","status":404,"code":"no_sound",)"
                         R"("detail":"there is nothing to hear","request_id":"r-1","errors":[]})");
  ASSERT_EQ(log_.Count("request_failed"), 1u);
  EXPECT_EQ(log_.events()[0].fields.FindString("cause"), "the audience coughs");
}

TEST_F(ApiTest, ErrorsBecomeTheStatusesTheyMean) {
  const auto status = [](const Error& error) { return ProblemAnswer(error, "").head.status; };
  EXPECT_EQ(status(InvalidArgument("x", "")), 400);
  EXPECT_EQ(status(FailedPrecondition("x", "")), 409);
  EXPECT_EQ(status(ResourceExhausted("x", "")), 429);
  EXPECT_EQ(status(ResourceExhausted("payload_too_large", "")), 413);
  EXPECT_EQ(status(ResourceExhausted("storage_full", "")), 507);
  EXPECT_EQ(status(Cancelled("client_gone", "")), 499);
  EXPECT_EQ(status(Cancelled("shutdown", "")), 503);
  EXPECT_EQ(status(DeadlineExceeded("deadline", "")), 504);
  EXPECT_EQ(status(Internal("x", "")), 500);
  EXPECT_EQ(ProblemAnswer(Unauthenticated("x", ""), "").head.headers,
            (std::vector<Header>{{"WWW-Authenticate", "Bearer realm=\"lakehouse\""}}));
  EXPECT_EQ(ProblemAnswer(Unavailable("x", ""), "").head.headers,
            (std::vector<Header>{{"Retry-After", "1"}}));
}

std::string FindIn(const internal::RouteTable& table, Method method, std::string_view path) {
  const Result<RequestTarget> target = ParseTarget(path);
  const internal::RouteMatch match = table.Find(method, target->segments);
  std::string text = match.route != nullptr ? match.route->path : "-";
  for (const auto& [name, value] : match.values) text += fmt::format(" {}={}", name, value);
  for (const Method allowed : match.route == nullptr ? match.allowed : std::vector<Method>())
    text += fmt::format(" {}", NameOf(allowed));
  return text;
}

TEST(RouteTableTest, TheNearestRouteWins) {
  internal::RouteTable table;
  const auto add = [&](Method method, std::string path, std::vector<std::string> names) {
    internal::BoundRoute route = {.method = method, .path = std::move(path)};
    for (std::string& name : names) route.parameters.push_back({std::move(name), ParameterKind::kText});
    table.Add(std::move(route));
  };
  add(Method::kGet, "/", {});
  add(Method::kPost, "/query/sql", {});
  add(Method::kDelete, "/query/{id}", {"id"});
  add(Method::kGet, "/a/{x}/c", {"x"});
  add(Method::kGet, "/a/b/{y}", {"y"});
  add(Method::kGet, "/files/{*key}", {"key"});
  add(Method::kPut, "/files/{*key}", {"key"});

  EXPECT_EQ(FindIn(table, Method::kGet, "/"), "/");
  EXPECT_EQ(FindIn(table, Method::kPost, "/query/sql"), "/query/sql");
  EXPECT_EQ(FindIn(table, Method::kDelete, "/query/sql"), "/query/{id} id=sql");
  EXPECT_EQ(FindIn(table, Method::kGet, "/query/sql"), "- POST DELETE");
  EXPECT_EQ(FindIn(table, Method::kGet, "/query/x"), "- DELETE");
  EXPECT_EQ(FindIn(table, Method::kGet, "/a/b/c"), "/a/b/{y} y=c");
  EXPECT_EQ(FindIn(table, Method::kGet, "/a/z/c"), "/a/{x}/c x=z");
  EXPECT_EQ(FindIn(table, Method::kHead, "/a/z/c"), "/a/{x}/c x=z");
  EXPECT_EQ(FindIn(table, Method::kGet, "/a/z/d"), "-");
  EXPECT_EQ(FindIn(table, Method::kGet, "/a/b/"), "-");
  EXPECT_EQ(FindIn(table, Method::kGet, "/a//c"), "-");
  EXPECT_EQ(FindIn(table, Method::kGet, "/files/x%2Fy/z"), "/files/{*key} key=x/y/z");
  EXPECT_EQ(FindIn(table, Method::kGet, "/files/"), "-");
  EXPECT_EQ(FindIn(table, Method::kGet, "/files"), "-");
  EXPECT_EQ(FindIn(table, Method::kPost, "/files/x"), "- GET PUT");
}

TEST(RouteTableDeathTest, ARouteIsRegisteredOnce) {
  Api api;
  const auto add = [&](std::string_view path) {
    api.Add<Tune, Played>({Method::kGet, path, "Play.", Permission::kRead}, Play);
  };
  add("/t/{title}");
  EXPECT_DEATH(add("/t/{bars}"), "CheckFailed|emplace");
  EXPECT_DEATH(add("/u/{unknown}"), "parameters");
}

JsonValue OpenApiOf(std::initializer_list<int> order) {
  Api api;
  for (const int which : order) {
    if (which == 0)
      api.Add<Tune, Played>(
          {Method::kPut, "/tunes/{title}", "Write a tune.", Permission::kWrite, Success::kCreated}, Play);
    if (which == 1)
      api.Add<Tune, Played>({Method::kGet, "/tunes/{title}", "Play a tune.", Permission::kRead}, Play);
    if (which == 2)
      api.AddUpload<Nothing>({Method::kPost, "/scores", "Send a score.", Permission::kPublic},
                             {.request = {"text/plain"}, .answers = {AnswerOf<Nothing>(204, "It is here.")}},
                             [](const access::Request&, Nothing, const RequestHead&,
                                BodyReader&) -> Result<Answer> { return Answer{}; });
  }
  return api.OpenApi("1.2.3");
}

TEST(OpenApiTest, SaysWhatTheRoutesAre) {
  const JsonValue document = OpenApiOf({0, 1, 2});
  EXPECT_EQ(document.FindString("openapi"), "3.1.0");
  EXPECT_EQ(document.Find("info")->FindString("version"), "1.2.3");
  const JsonValue& paths = *document.Find("paths");
  ASSERT_EQ(paths.as_object().size(), 2u);

  EXPECT_EQ(
      WriteJson(*paths.Find("/scores")->Find("post")),
      R"({"operationId":"postScores","summary":"Send a score.","tags":["scores"],"x-permission":"public",)"
      R"("security":[],"requestBody":{"required":true,"content":{"text/plain":{"schema":{"type":"string",)"
      R"("format":"binary"}}}},"responses":{"204":{"description":"It is here."},)"
      R"("default":{"$ref":"#/components/responses/Problem"}}})");

  const JsonValue& get = *paths.Find("/tunes/{title}")->Find("get");
  EXPECT_EQ(get.FindString("operationId"), "getTunesTitle");
  EXPECT_EQ(get.FindString("x-permission"), "read");
  EXPECT_EQ(get.Find("requestBody"), nullptr);
  const JsonValue::Array& parameters = get.Find("parameters")->as_array();
  ASSERT_EQ(parameters.size(), 6u);  // All but `notes`, which has no text form.
  EXPECT_EQ(WriteJson(parameters[0]),
            R"({"name":"title","in":"path","required":true,"description":"What it is called.",)"
            R"("schema":{"type":"string","minLength":1,"maxLength":20}})");
  EXPECT_EQ(parameters[1].FindString("in"), "query");

  const JsonValue& put = *paths.Find("/tunes/{title}")->Find("put");
  EXPECT_EQ(put.Find("parameters")->as_array().size(), 1u);
  const JsonValue& body = *put.Find("requestBody");
  EXPECT_FALSE(body.Find("required")->as_bool());
  const JsonValue& schema = *body.Find("content")->Find("application/json")->Find("schema");
  EXPECT_EQ(schema.Find("properties")->Find("title"), nullptr);
  EXPECT_NE(schema.Find("properties")->Find("bars"), nullptr);
  EXPECT_EQ(schema.Find("required"), nullptr);
  EXPECT_EQ(WriteJson(*put.Find("responses")->Find("201")->Find("content")),
            R"({"application/json":{"schema":{"$ref":"#/components/schemas/Played"}}})");
  EXPECT_NE(document.Find("components")->Find("schemas")->Find("Problem"), nullptr);
}

TEST(OpenApiTest, DoesNotDependOnTheOrderOfRegistration) {
  EXPECT_EQ(WriteJson(OpenApiOf({0, 1, 2})), WriteJson(OpenApiOf({2, 1, 0})));
}

}  // namespace
}  // namespace lake::gateway::api_test
