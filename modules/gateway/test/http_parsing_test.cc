// Goal: a request means one thing only, or is refused.
// Method: the parser, the target, the header readers and the admission checks, each on texts, without
// sockets.
#include <gtest/gtest.h>

#include "admission.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/gateway_testing/test_server.h"
#include "media_type.h"
#include "request_parser.h"
#include "request_target.h"
#include "response_text.h"
#include "trace.h"

namespace lake::gateway::http_parsing_test {
namespace {

constexpr uint64_t kHeaderLimit = 1024;

/// Takes so many bytes, then is full.
class Collect final : public BodySink {
 public:
  explicit Collect(size_t room = SIZE_MAX) : room_(room) {}
  size_t Take(std::string_view bytes) override {
    const size_t taken = std::min(bytes.size(), room_);
    text_.append(bytes.substr(0, taken));
    room_ -= taken;
    return taken;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  size_t room_;
};

/// Parses `text` in pieces of `step` bytes; returns what is left of it behind the request.
Result<std::string> ParseInSteps(RequestParser& parser, std::string_view text, size_t step, BodySink& sink) {
  size_t used = 0;
  for (size_t shown = std::min(step, text.size()); !parser.done();) {
    LAKE_ASSIGN_OR_RETURN(const size_t count, parser.Put(text.substr(used, shown - used), sink));
    used += count;
    if (count > 0) continue;
    if (shown == text.size()) return InvalidArgument("incomplete", "the text ends inside the request");
    shown = std::min(shown + step, text.size());
  }
  return std::string(text.substr(used));
}

std::string CodeOf(std::string_view text) {
  RequestParser parser(kHeaderLimit);
  Collect sink;
  const Result<std::string> rest = ParseInSteps(parser, text, text.size(), sink);
  return rest.ok() ? "ok" : rest.error().reason();
}

TEST(RequestParserTest, ReadsAnythingInAnySteps) {
  constexpr std::string_view kText =
      "PUT /a/b%2Fc?x=1&y=%20z HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nX-Two: 2\r\n\r\n"
      "5;ext=1\r\nhello\r\n1\r\n!\r\n0\r\nX-Trailer: t\r\n\r\nGET /next";
  for (size_t step = 1; step <= kText.size(); ++step) {
    RequestParser parser(kHeaderLimit);
    Collect sink;
    EXPECT_THAT(ParseInSteps(parser, kText, step, sink), HasValue("GET /next")) << "step " << step;
    EXPECT_EQ(parser.head().method, Method::kPut);
    EXPECT_EQ(parser.head().segments, (std::vector<std::string>{"a", "b/c"}));
    EXPECT_EQ(parser.head().query.size(), 2u);
    EXPECT_EQ(parser.head().headers.size(), 3u);  // Trailers are not headers.
    EXPECT_TRUE(parser.framing().has_body);
    EXPECT_EQ(sink.text(), "hello!");
  }
}

TEST(RequestParserTest, AFullSinkStopsItAndNothingIsLost) {
  constexpr std::string_view kText = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789";
  RequestParser parser(kHeaderLimit);
  Collect small(4);
  const size_t head = *parser.Put(kText, small);
  EXPECT_THAT(parser.Put(kText.substr(head), small), HasValue(4u));
  EXPECT_THAT(parser.Put(kText.substr(head + 4), small), HasValue(0u));
  Collect rest;
  EXPECT_THAT(parser.Put(kText.substr(head + 4), rest), HasValue(6u));
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(small.text() + rest.text(), "0123456789");
}

TEST(RequestParserTest, SmugglingIsRefused) {
  const auto with = [](std::string_view headers) {
    return CodeOf(fmt::format("POST / HTTP/1.1\r\nHost: h\r\n{}\r\n0\r\n\r\n", headers));
  };
  EXPECT_EQ(with("Content-Length: 5\r\n"), "ok");
  EXPECT_EQ(with("Content-Length: 5\r\nContent-Length: 5\r\n"), "bad_http");
  EXPECT_EQ(with("Content-Length: 5\r\nContent-Length: 6\r\n"), "bad_http");
  EXPECT_EQ(with("Content-Length: 5, 5\r\n"), "bad_http");
  EXPECT_EQ(with("Content-Length: +5\r\n"), "bad_http");
  EXPECT_EQ(with("Content-Length: 0x5\r\n"), "bad_http");
  EXPECT_EQ(with("Content-Length:\r\n"), "bad_http");
  EXPECT_EQ(with("Content-Length : 5\r\n"), "bad_http");
  EXPECT_EQ(with("Content-Length: 99999999999999999999\r\n"), "bad_http");
  EXPECT_EQ(with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "bad_http");
  EXPECT_EQ(with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "bad_http");
  EXPECT_EQ(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), "bad_http");
  EXPECT_EQ(with("Transfer-Encoding: chunked\r\n"), "ok");
  EXPECT_EQ(with("Transfer-Encoding: gzip, chunked\r\n"), "transfer_coding_not_implemented");
  EXPECT_EQ(with("Transfer-Encoding: chunked, gzip\r\n"), "transfer_coding_not_implemented");
  EXPECT_EQ(with("Transfer-Encoding: xchunked\r\n"), "transfer_coding_not_implemented");
  EXPECT_EQ(CodeOf("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "bad_http");
}

TEST(RequestParserTest, MalformedRequestsAreRefused) {
  EXPECT_EQ(CodeOf("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "ok");
  EXPECT_EQ(CodeOf("GET / HTTP/1.0\r\n\r\n"), "ok");
  EXPECT_EQ(CodeOf("GET / HTTP/2.0\r\n\r\n"), "bad_http");
  EXPECT_EQ(CodeOf("GET / HTTP/1.1\nHost: h\n\n"), "bad_http");
  EXPECT_EQ(CodeOf("GET  / HTTP/1.1\r\n\r\n"), "bad_http");
  EXPECT_EQ(CodeOf("G@T / HTTP/1.1\r\n\r\n"), "bad_http");
  EXPECT_EQ(CodeOf("GET / HTTP/1.1\r\nA b: c\r\n\r\n"), "bad_http");
  EXPECT_EQ(CodeOf("GET / HTTP/1.1\r\nA: b\x01\r\n\r\n"), "bad_http");
  EXPECT_EQ(CodeOf(std::string_view("\x16\x03\x01\x02\0\x01\0\x01\xfc", 9)), "bad_http");
  EXPECT_EQ(CodeOf("BREW / HTTP/1.1\r\nHost: h\r\n\r\n"), "method_not_implemented");
  EXPECT_EQ(CodeOf("TRACE / HTTP/1.1\r\nHost: h\r\n\r\n"), "method_not_implemented");
  EXPECT_EQ(CodeOf("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"), "bad_target");
  EXPECT_EQ(CodeOf("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), "bad_http");
  EXPECT_EQ(CodeOf("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"), "bad_http");
  EXPECT_EQ(CodeOf(fmt::format("GET / HTTP/1.1\r\nA: {}\r\n\r\n", std::string(kHeaderLimit, 'a'))),
            "header_too_large");
  EXPECT_EQ(CodeOf(fmt::format("GET /{} HTTP/1.1\r\n\r\n", std::string(kHeaderLimit, 'a'))),
            "header_too_large");
}

TEST(RequestTargetTest, DecodesPieceByPiece) {
  const Result<RequestTarget> target = ParseTarget("/a%20b/c+d//?q=1+2&q=%C3%BC&flag&=&e=a=b");
  ASSERT_THAT(target, IsOk());
  EXPECT_EQ(target->path, "/a%20b/c+d//");
  EXPECT_EQ(target->segments, (std::vector<std::string>{"a b", "c+d", "", ""}));
  const std::vector<std::pair<std::string, std::string>> query = {
      {"q", "1 2"}, {"q", "ü"}, {"flag", ""}, {"e", "a=b"}};
  EXPECT_EQ(target->query, query);
  EXPECT_TRUE(ParseTarget("/")->segments.empty());
}

TEST(RequestTargetTest, RefusesWhatCouldMeanTwoThings) {
  for (const std::string_view bad : {"", "a", "*", "/a%", "/a%2", "/a%zz", "/%00", "/a%0a", "/..", "/a/../b",
                                     "/%2e%2E/x", "/./a", "/%ff", "/%c0%ae", "/a#b", "/?x=%00", "/?x=%ff"})
    EXPECT_THAT(ParseTarget(bad), IsError(ErrorCode::kInvalidArgument, "bad_target")) << bad;
  EXPECT_THAT(ParseTarget("/..."), IsOk());
  EXPECT_THAT(ParseTarget("/?x=%09"), IsOk());
  std::string many = "/?";
  for (int i = 0; i < 257; ++i) many += "a=1&";
  EXPECT_THAT(ParseTarget(many), IsError(ErrorCode::kInvalidArgument, "bad_target"));
}

TEST(MediaTypeTest, AcceptChoosesTheMostWanted) {
  constexpr std::array<std::string_view, 3> kOffered = {"application/json", "text/csv", "text/plain"};
  const auto choose = [&](std::string_view accept) { return ChooseByAccept(accept, kOffered); };
  EXPECT_EQ(choose(""), 0u);
  EXPECT_EQ(choose("*/*"), 0u);
  EXPECT_EQ(choose("text/*"), 1u);
  EXPECT_EQ(choose("text/csv;q=0.5, text/plain"), 2u);
  EXPECT_EQ(choose("text/csv, */*;q=0.1"), 1u);
  EXPECT_EQ(choose("application/json;q=0, */*"), 1u);
  EXPECT_EQ(choose("TEXT/CSV"), 1u);
  EXPECT_EQ(choose("image/png"), std::nullopt);
  EXPECT_EQ(choose("text/csv;q=0"), std::nullopt);
  EXPECT_EQ(choose("text/csv;q=7"), std::nullopt);
}

TEST(MediaTypeTest, ParametersMayBeQuoted) {
  EXPECT_EQ(MediaTypeOf(" Text/CSV ; charset=utf-8"), "text/csv");
  EXPECT_EQ(ParameterOf("a/b; x=1; Boundary=\"q;\\\"r\"; z", "boundary"), "q;\"r");
  EXPECT_EQ(ParameterOf("a/b; boundary=", "boundary"), "");
  EXPECT_EQ(ParameterOf("a/b; boundary=\"open", "boundary"), std::nullopt);
  EXPECT_EQ(ParameterOf("boundary=x", "boundary"), std::nullopt);
}

TEST(TraceTest, WellFormedNamesAreTakenOver) {
  SeededRandom random(1);
  const auto name = [&](std::string request_id, std::string traceparent) {
    RequestHead head;
    head.headers = {{"X-Request-ID", std::move(request_id)}, {"traceparent", std::move(traceparent)}};
    const TraceNames names = NameRequest(head, random);
    return names.request_id + " " + names.trace_id;
  };
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const std::string parent = "00-" + trace + "-00f067aa0ba902b7-01";
  EXPECT_EQ(name("my.id-1", parent), "my.id-1 " + trace);
  EXPECT_EQ(name("", parent), trace + " " + trace);
  EXPECT_EQ(name("my.id-1", ""), "my.id-1 my.id-1");
  for (const std::string& bad :
       {std::string("a b"), std::string("a\tb"), std::string("ü"), std::string(65, 'a')})
    EXPECT_EQ(name(bad, parent), trace + " " + trace) << bad;
  for (const std::string& bad :
       {"00-" + std::string(32, '0') + "-00f067aa0ba902b7-01", "ff" + parent.substr(2),
        "00-" + trace + "-0000000000000000-01", "00-" + trace, parent.substr(0, 50)})
    EXPECT_EQ(name("i", bad), "i i") << bad;
  EXPECT_NE(name("", ""), name("", ""));
}

TEST(ResponseTextTest, HeaderValuesCannotEndTheHeader) {
  const ResponseHead head = {
      .status = 200, .content_type = "text/html", .headers = {{"X-A", "b\r\nX-Evil: 1\n"}}};
  EXPECT_EQ(WriteHead(head, {.length = 3, .keep_alive = false, .request_id = "r", .now = 0}),
            "HTTP/1.1 200 OK\r\nServer: lakehouse\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            "Content-Type: text/html\r\nContent-Length: 3\r\nConnection: close\r\nX-Request-Id: r\r\n"
            "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
            "Content-Security-Policy: frame-ancestors 'none'\r\nX-A: b  X-Evil: 1 \r\n\r\n");
}

/// Admission with one route of each sort; AuthenticateByRole decides who calls.
class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    const auto nothing = [](const access::Request&, Nothing) -> Status { return {}; };
    api_.Add<Nothing, Nothing>({Method::kGet, "/open", "Open to all.", Permission::kPublic}, nothing);
    api_.Add<Nothing, Nothing>({Method::kGet, "/data", "For readers.", Permission::kRead}, nothing);
    api_.Add<Nothing, Nothing>({Method::kPost, "/data", "For writers.", Permission::kWrite}, nothing);
    api_.AddUpload<Nothing>({Method::kPut, "/data", "For uploads.", Permission::kWrite},
                            {.request = {"text/csv"}, .answers = {AnswerOf<Nothing>(204, "Taken.")}},
                            [](const access::Request&, Nothing, const RequestHead&,
                               BodyReader&) -> Result<Answer> { return Answer{}; });
    options_.address = "127.0.0.1";
    options_.allowed_hosts = {"Lake.Example"};
    options_.max_body_bytes = 100;
  }

  /// The problem's code, "204" for an answer of the server itself, or "ok".
  std::string Check(Method method, std::string_view path, std::vector<Header> headers, Framing framing = {}) {
    const Admission admission(options_, api_, AuthenticateByRole);
    if (with_host_) headers.push_back({"Host", "localhost:3100"});
    RequestHead head = {.method = method, .path = std::string(path), .segments = ParseTarget(path)->segments};
    head.headers = std::move(headers);
    const Verdict verdict = admission.Check(head, framing, Context{});
    if (const auto* refused = std::get_if<Refused>(&verdict)) {
      allow_ = refused->headers.empty() ? "" : refused->headers[0].value;
      return refused->error.reason();
    }
    if (const auto* answered = std::get_if<Answered>(&verdict)) {
      allow_ = answered->answer.head.headers[0].value;
      return fmt::to_string(answered->answer.head.status);
    }
    return "ok";
  }
  std::string CheckHost(std::string host) {
    with_host_ = false;
    return Check(Method::kGet, "/open", {{"Host", std::move(host)}});
  }
  std::string CheckOrigin(Method method, std::string origin) {
    return Check(method, method == Method::kGet ? "/open" : "/data",
                 {{"X-API-Key", "admin"}, {"Origin", std::move(origin)}});
  }

  HttpServerOptions options_;
  Api api_;
  bool with_host_ = true;
  std::string allow_;
};

TEST_F(AdmissionTest, OnlyOurHostNames) {
  for (const std::string good : {"localhost", "LOCALHOST:80", "localhost.", "127.0.0.1:3100", "[::1]:3100",
                                 "[::1]", "lake.example", "LAKE.example:1"})
    EXPECT_EQ(CheckHost(good), "ok") << good;
  for (const std::string& bad :
       {"", "evil.example", "localhost.evil.example", "localhost@evil", "127.0.0.1.evil", "localhost:80:80",
        "localhost:x", "[::1", "[::1]x", "0.0.0.0"})
    EXPECT_EQ(CheckHost(bad), "host_not_allowed") << bad;
  options_.allowed_hosts = {"*"};
  EXPECT_EQ(CheckHost("any.example"), "ok");
  EXPECT_EQ(Check(Method::kGet, "/open", {}), "bad_http");
  EXPECT_EQ(Check(Method::kGet, "/open", {{"Host", "localhost"}, {"host", "localhost"}}), "bad_http");
}

TEST_F(AdmissionTest, OnlyPagesOfOurOwnMayWrite) {
  for (const std::string good : {"http://localhost:3100", "https://localhost:3100", "http://LOCALHOST:3100"})
    EXPECT_EQ(CheckOrigin(Method::kPost, good), "ok") << good;
  for (const std::string& bad :
       {"null", "", "http://localhost", "http://localhost:3101", "http://evil.example",
        "http://localhost:3100.evil.example", "ftp://localhost:3100", "localhost:3100"})
    EXPECT_EQ(CheckOrigin(Method::kPost, bad), "origin_not_allowed") << bad;
  EXPECT_EQ(CheckOrigin(Method::kGet, "http://evil.example"), "ok");
  EXPECT_EQ(
      Check(
          Method::kPost, "/data",
          {{"X-API-Key", "admin"}, {"Origin", "http://localhost:3100"}, {"Origin", "http://localhost:3100"}}),
      "origin_not_allowed");
}

TEST_F(AdmissionTest, DefaultDeny) {
  struct Case {
    std::string_view key;
    Method method;
    std::string_view path;
    std::string_view expected;
  };
  const auto cases = std::to_array<Case>({
      {"", Method::kGet, "/open", "ok"},
      {"wrong", Method::kGet, "/open", "bad_credentials"},
      {"stranger", Method::kGet, "/open", "ok"},
      {"", Method::kGet, "/data", "no_credentials"},
      {"wrong", Method::kGet, "/data", "bad_credentials"},
      {"stranger", Method::kGet, "/data", "forbidden"},
      {"agent", Method::kGet, "/data", "ok"},
      {"agent", Method::kPost, "/data", "forbidden"},
      {"analyst", Method::kPost, "/data", "ok"},
      {"admin", Method::kPost, "/data", "ok"},
      {"admin", Method::kGet, "/nothing", "route_not_found"},
      {"", Method::kPost, "/nothing", "route_not_found"},
  });
  for (const Case& one : cases)
    EXPECT_EQ(Check(one.method, one.path, {{"X-API-Key", std::string(one.key)}}), one.expected)
        << one.key << " " << NameOf(one.method) << " " << one.path;
}

TEST_F(AdmissionTest, OtherMethodsAreNamed) {
  EXPECT_EQ(Check(Method::kDelete, "/data", {}), "method_not_allowed");
  EXPECT_EQ(allow_, "OPTIONS, GET, HEAD, POST, PUT");
  EXPECT_EQ(Check(Method::kOptions, "/data", {}), "204");
  EXPECT_EQ(allow_, "OPTIONS, GET, HEAD, POST, PUT");
  EXPECT_EQ(Check(Method::kOptions, "/nothing", {}), "route_not_found");
  EXPECT_EQ(Check(Method::kHead, "/open", {}), "ok");
}

TEST_F(AdmissionTest, BodiesMustBeOfTheirRoute) {
  const Header admin = {"X-API-Key", "admin"};
  const Framing body = {.has_body = true, .content_length = 10};
  const auto check = [&](Method method, std::string_view path, std::string type, Framing framing) {
    return Check(method, path, {admin, {"Content-Type", std::move(type)}}, std::move(framing));
  };
  EXPECT_EQ(check(Method::kPost, "/data", "application/json", body), "ok");
  EXPECT_EQ(check(Method::kPost, "/data", "Application/JSON; charset=utf-8", body), "ok");
  EXPECT_EQ(check(Method::kPost, "/data", "text/plain", body), "unsupported_media_type");
  EXPECT_EQ(check(Method::kPost, "/data", "", body), "unsupported_media_type");
  EXPECT_EQ(check(Method::kPost, "/data", "text/plain", {}), "ok");
  EXPECT_EQ(check(Method::kPost, "/data", "application/json", {.has_body = true, .content_length = 101}),
            "payload_too_large");
  EXPECT_EQ(check(Method::kPut, "/data", "text/csv", {.has_body = true, .content_length = 101}), "ok");
  EXPECT_EQ(check(Method::kPut, "/data", "application/json", body), "unsupported_media_type");
  EXPECT_EQ(check(Method::kGet, "/data", "application/json", body), "unexpected_body");
  EXPECT_EQ(check(Method::kPost, "/data", "application/json", {.has_body = true, .expect = "100-Continue"}),
            "ok");
  EXPECT_EQ(check(Method::kPost, "/data", "application/json", {.has_body = true, .expect = "200-ok"}),
            "expectation_failed");
}

}  // namespace
}  // namespace lake::gateway::http_parsing_test
