// Goal: over real sockets, whole answers: keep-alive, pipelining, limits, timeouts, overload and shutdown.
// Method: a server on a free loopback port and a client that sends exactly the bytes of the test. Timeouts
// are short options of the server; no test asserts how long something took.
#include "lake/gateway/http_server.h"

#include <gtest/gtest.h>

#include <thread>

#include "lake/common_testing/result_matchers.h"
#include "lake/gateway/routes.h"
#include "lake/gateway_testing/raw_client.h"
#include "lake/gateway_testing/test_server.h"

namespace lake::gateway::http_server_test {

struct Echo {
  std::string text;
};

}  // namespace lake::gateway::http_server_test

template <>
struct lake::Describe<lake::gateway::http_server_test::Echo> {
  using T = lake::gateway::http_server_test::Echo;
  static constexpr auto kFields = std::tuple{Required("text", &T::text, "Said again.")};
};

namespace lake::gateway::http_server_test {
namespace {

using std::chrono::milliseconds;

/// Handlers that a test holds back until it says so.
class Gate {
 public:
  /// Returns when opened, or with the context's error when that ends first.
  Status Pass(const Context& context) {
    const CancelRegistration wake = context.cancel.OnCancel([this] {
      MutexLock lock(mutex_);
      changed_.NotifyAll();
    });
    MutexLock lock(mutex_);
    ++waiting_;
    changed_.NotifyAll();
    while (!open_ && !context.cancel.cancelled()) changed_.Wait(mutex_);
    --waiting_;
    if (!open_) last_error_ = context.cancel.error().reason();
    changed_.NotifyAll();
    return open_ ? Status() : Status(context.cancel.error());
  }
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  void WaitForWaiting(size_t count) {
    MutexLock lock(mutex_);
    while (waiting_ != count) changed_.Wait(mutex_);
  }
  std::string WaitForError() {
    MutexLock lock(mutex_);
    while (last_error_.empty()) changed_.Wait(mutex_);
    return last_error_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ LAKE_GUARDED_BY(mutex_) = false;
  size_t waiting_ LAKE_GUARDED_BY(mutex_) = 0;
  std::string last_error_ LAKE_GUARDED_BY(mutex_);
};

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    AddHealthRoutes(api_, {.version = "1.2.3"}, {});
    api_.Add<Echo, Echo>({Method::kGet, "/echo/{text}", "Say it again.", Permission::kRead},
                         [](const access::Request&, Echo echo) -> Result<Echo> { return echo; });
    api_.Add<Echo, Echo>({Method::kPost, "/echo", "Say it again.", Permission::kRead},
                         [](const access::Request&, Echo echo) -> Result<Echo> { return echo; });
    api_.Add<Nothing, Nothing>(
        {Method::kPost, "/wait", "Waits for the test.", Permission::kRead},
        [this](const access::Request& request, Nothing) { return gate_.Pass(request.context); });
  }

  Api api_;
  Gate gate_;
};

TEST_F(HttpServerTest, AnswersManyRequestsOnOneConnection) {
  TestServer server(api_);
  RawClient client(server.port());
  for (int i = 0; i < 50; ++i) {
    const RawResponse response = client.Ask(Get(fmt::format("/echo/n{}", i)));
    ASSERT_EQ(response.status, 200);
    ASSERT_EQ(response.body, fmt::format(R"({{"text":"n{}"}})", i));
  }
  const RawResponse response =
      client.Ask("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: mine\r\n\r\n");
  EXPECT_EQ(response.body, R"({"status":"ok"})");
  EXPECT_EQ(response.header("content-type"), "application/json");
  EXPECT_EQ(response.header("x-request-id"), "mine");
  EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(response.header("cache-control"), "no-store");
  EXPECT_EQ(response.header("server"), "lakehouse");
  EXPECT_EQ(response.header("connection"), "");
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  TestServer server(api_);
  RawClient client(server.port());
  std::string requests = "\r\n";  // An empty line before a request is allowed.
  for (int i = 0; i < 100; ++i)
    requests += i % 3 == 0 ? Get("/livez") : Post("/echo", fmt::format(R"({{"text":"{}"}})", i));
  client.Send(requests);
  for (int i = 0; i < 100; ++i) {
    const RawResponse response = client.Read();
    ASSERT_EQ(response.status, 200);
    ASSERT_EQ(response.body, i % 3 == 0 ? R"({"status":"ok"})" : fmt::format(R"({{"text":"{}"}})", i));
  }
}

TEST_F(HttpServerTest, RequestsMayArriveByteByByte) {
  TestServer server(api_);
  RawClient client(server.port());
  for (const char c : Post("/echo", R"({"text":"slow"})")) client.Send(std::string_view(&c, 1));
  EXPECT_EQ(client.Read().body, R"({"text":"slow"})");
}

TEST_F(HttpServerTest, ChunkedBodiesAndContinue) {
  TestServer server(api_);
  RawClient client(server.port());
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n";
  EXPECT_EQ(client.Ask(head + "\r\n7\r\n{\"text\"\r\n6\r\n:\"hi\"}\r\n0\r\n\r\n").body, R"({"text":"hi"})");

  client.Send(head + "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  EXPECT_EQ(client.Ask("d\r\n{\"text\":\"yo\"}\r\n0\r\n\r\n").body, R"({"text":"yo"})");

  // A refused request is not asked for its body.
  const RawResponse refused = client.Ask(
      "POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(refused.status, 404);
  EXPECT_EQ(refused.header("connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServerTest, HeadAndOldClients) {
  TestServer server(api_);
  RawClient client(server.port());
  client.Send("HEAD /echo/abc HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const RawResponse head = client.Read(RawClient::Body::kNone);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "14");
  EXPECT_EQ(client.Ask("OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\n\r\n").header("allow"), "OPTIONS, POST");

  const RawResponse kept =
      client.Ask("GET /echo/old HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.body, R"({"text":"old"})");
  EXPECT_EQ(kept.header("connection"), "keep-alive");
  EXPECT_EQ(client.Ask("GET /echo/old HTTP/1.0\r\nHost: localhost\r\n\r\n").header("connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServerTest, RefusalsAreProblemsAndKeepTheConnectionWhenTheyCan) {
  TestServer server(api_, {}, AuthenticateByRole);
  RawClient client(server.port());
  const RawResponse denied = client.Ask(Get("/echo/x"));
  EXPECT_EQ(denied.status, 401);
  EXPECT_EQ(denied.code(), "no_credentials");
  EXPECT_EQ(denied.header("content-type"), "application/problem+json");
  EXPECT_EQ(denied.header("x-request-id"), denied.json().FindString("request_id"));
  EXPECT_EQ(client.Ask(Get("/nothing")).code(), "route_not_found");
  EXPECT_EQ(client.Ask(Post("/echo", R"({"text":"x"})")).status, 401);  // Its body was here already: skipped.
  EXPECT_EQ(client.Ask(Get("/livez")).status, 200);
  EXPECT_EQ(client.Ask("DELETE /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 405);
  EXPECT_EQ(client.Ask("GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n").status, 421);
  EXPECT_EQ(client.Ask("GET /livez HTTP/1.1\r\n\r\n").status, 400);
}

TEST_F(HttpServerTest, WhatIsNoRequestEndsTheConnection) {
  TestServer server(api_);
  for (const std::string bad :
       {"NONSENSE\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n"}) {
    RawClient client(server.port());
    const RawResponse response = client.Ask(bad + Get("/livez"));
    EXPECT_EQ(response.status, 400) << bad;
    EXPECT_EQ(response.code(), "bad_http") << bad;
    EXPECT_TRUE(client.AtEnd()) << bad;  // What follows is not taken for a request.
  }
  RawClient brew(server.port());
  EXPECT_EQ(brew.Ask("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 501);
  EXPECT_TRUE(brew.AtEnd());
}

TEST_F(HttpServerTest, LimitsOfHeadAndBody) {
  HttpServerOptions options;
  options.max_header_bytes = 4096;
  options.max_body_bytes = 1000;
  TestServer server(api_, options, AuthenticateAsAdmin);
  const auto ask = [&](const std::string& request) {
    RawClient client(server.port());
    const RawResponse response = client.Ask(request);
    EXPECT_TRUE(client.AtEnd());
    return fmt::format("{} {}", response.status, response.code());
  };
  EXPECT_EQ(ask("GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(5000, 'a')),
            "431 header_too_large");
  EXPECT_EQ(ask("GET /" + std::string(5000, 'a')), "431 header_too_large");
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                "1001\r\n\r\n"),
            "413 payload_too_large");
  const std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
      "chunked\r\n\r\n";
  EXPECT_EQ(ask(chunked + "3e9\r\n" + std::string(1001, ' ')), "413 payload_too_large");
  EXPECT_EQ(ask(chunked + "1;" + std::string(70'000, 'x')), "400 bad_http");
  // Much more than the limit, all of it sent before the answer is read: the client still sees the answer.
  EXPECT_EQ(ask(chunked + "30000\r\n" + std::string(0x30000, ' ')), "413 payload_too_large");
}

TEST_F(HttpServerTest, BodiesShareABudget) {
  HttpServerOptions options;
  options.max_buffered_body_bytes = 1000;
  options.io_threads = 1;  // First come, first served.
  TestServer server(api_, options, AuthenticateAsAdmin);
  const std::string body = fmt::format(R"({{"text":"{}"}})", std::string(700, 'a'));
  RawClient half(server.port());
  const std::string request = Post("/echo", body);
  half.Send(request.substr(0, request.size() - 10));
  const RawResponse refused = RawClient(server.port()).Ask(request);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.code(), "server_busy");
  EXPECT_EQ(half.Ask(request.substr(request.size() - 10)).status, 200);
  EXPECT_EQ(RawClient(server.port()).Ask(request).status, 200);
}

TEST_F(HttpServerTest, IdleConnectionsEnd) {
  HttpServerOptions options;
  options.idle_timeout = milliseconds(50);
  TestServer server(api_, options, AuthenticateAsAdmin);
  EXPECT_TRUE(RawClient(server.port()).AtEnd());
}

TEST_F(HttpServerTest, SlowSendersAreCut) {
  HttpServerOptions options;
  options.header_timeout = milliseconds(2000);  // Over TLS a handshake has to fit as well.
  options.stall_timeout = milliseconds(50);
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient head(server.port());
  const RawResponse late = head.Ask("GET /livez HTTP/1.1\r\nHost: loc");
  EXPECT_EQ(late.status, 408);
  EXPECT_EQ(late.code(), "header_timeout");
  EXPECT_TRUE(head.AtEnd());
  RawClient body(server.port());
  const RawResponse slow = body.Ask(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "100\r\n\r\n{");
  EXPECT_EQ(slow.status, 408);
  EXPECT_EQ(slow.code(), "client_too_slow");
  EXPECT_TRUE(body.AtEnd());
}

TEST_F(HttpServerTest, AClientThatGoesAwayCancelsItsHandler) {
  TestServer server(api_);
  RawClient client(server.port());
  client.Send(Post("/wait", "{}"));
  gate_.WaitForWaiting(1);
  client.Close();
  EXPECT_EQ(gate_.WaitForError(), "client_gone");
  RawClient other(server.port());
  EXPECT_EQ(other.Ask(Get("/livez")).status, 200);
}

TEST_F(HttpServerTest, AHalfClosedClientStillGetsItsAnswer) {
  TestServer server(api_);
  RawClient client(server.port());
  client.Send(Get("/echo/a") + Get("/echo/b"));
  client.ShutdownWrite();
  EXPECT_EQ(client.Read().body, R"({"text":"a"})");
  EXPECT_EQ(client.Read().body, R"({"text":"b"})");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServerTest, BusyWorkersDoNotStopTheInstantRoutes) {
  HttpServerOptions options;
  options.worker_threads = 2;
  options.max_waiting_requests = 1;
  TestServer server(api_, options, AuthenticateAsAdmin);
  std::vector<RawClient> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.emplace_back(server.port());
    waiting.back().Send(Post("/wait", "{}"));
    gate_.WaitForWaiting(waiting.size());
  }
  // The queue holds one, so of two more one is refused.
  RawClient third(server.port());
  RawClient fourth(server.port());
  third.Send(Post("/wait", "{}"));
  fourth.Send(Post("/wait", "{}"));
  while (server.log().Count("http_request") == 0) std::this_thread::yield();
  EXPECT_EQ(RawClient(server.port()).Ask(Get("/health")).status, 200);
  gate_.Open();
  for (RawClient& client : waiting) EXPECT_EQ(client.Read().status, 204);
  RawResponse served = third.Read();
  RawResponse refused = fourth.Read();
  if (served.status == 503) std::swap(served, refused);
  EXPECT_EQ(served.status, 204);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.code(), "pool_full");
  EXPECT_EQ(refused.header("retry-after"), "1");
}

TEST_F(HttpServerTest, TooManyConnectionsAreTurnedAway) {
  HttpServerOptions options;
  options.max_connections = 2;
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient first(server.port());
  RawClient second(server.port());
  EXPECT_EQ(first.Ask(Get("/livez")).status, 200);
  EXPECT_EQ(second.Ask(Get("/livez")).status, 200);
  RawClient third(server.port());
  const RawResponse turned_away = third.Read();
  EXPECT_EQ(turned_away.status, 503);
  EXPECT_EQ(turned_away.code(), "server_busy");
  EXPECT_TRUE(third.AtEnd());
  second.Close();
  int status = 0;
  do {  // Until the server has noticed.
    status = RawClient(server.port()).Ask(Get("/livez")).status;
  } while (status != 200);
}

TEST_F(HttpServerTest, IdleConnectionsCostNothing) {
  TestServer server(api_);
  std::vector<RawClient> idle;
  for (int i = 0; i < 500; ++i) idle.emplace_back(server.port());
  RawClient busy(server.port());
  for (int i = 0; i < 20; ++i) ASSERT_EQ(busy.Ask(Get("/echo/x")).status, 200);
  for (RawClient& client : idle) ASSERT_EQ(client.Ask(Get("/livez")).status, 200);
}

TEST_F(HttpServerTest, StopLetsRunningRequestsFinish) {
  HttpServerOptions options;
  // One thread tells all its connections at once, so the end of one shows that the other knows.
  options.io_threads = 1;
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient idle(server.port());
  ASSERT_EQ(idle.Ask(Get("/livez")).status, 200);
  RawClient client(server.port());
  client.Send(Post("/wait", "{}"));
  gate_.WaitForWaiting(1);
  std::thread stop([&] { server.server().Stop(); });
  EXPECT_TRUE(idle.AtEnd());
  gate_.Open();
  const RawResponse response = client.Read();
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_TRUE(client.AtEnd());
  stop.join();
}

TEST_F(HttpServerTest, StopCancelsWhatDoesNotFinish) {
  HttpServerOptions options;
  options.drain_timeout = milliseconds(20);
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient client(server.port());
  client.Send(Post("/wait", "{}"));
  gate_.WaitForWaiting(1);
  RawClient sender(server.port());
  sender.Send(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
      "Expect: 100-continue\r\n\r\n");
  ASSERT_EQ(sender.Read().status, 100);
  server.server().Stop();
  EXPECT_EQ(gate_.WaitForError(), "shutdown");
  const RawResponse response = client.Read();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.code(), "shutdown");
  EXPECT_EQ(sender.Read().code(), "shutdown");
}

TEST_F(HttpServerTest, EveryRequestIsLogged) {
  TestServer server(api_, {}, AuthenticateByRole);
  {
    RawClient client(server.port());
    client.Ask(
        "GET /echo/secret HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: r1\r\nX-API-Key: admin\r\n\r\n");
  }
  server.server().Stop();
  ASSERT_EQ(server.log().Count("http_request"), 1u);
  const JsonValue fields = server.log().events().back().fields;
  EXPECT_EQ(fields.FindString("method"), "GET");
  EXPECT_EQ(fields.FindString("route"), "/echo/{text}");  // Not the path: it may name people.
  EXPECT_EQ(fields.FindString("request_id"), "r1");
  EXPECT_EQ(fields.FindString("caller"), "admin-key");
  EXPECT_EQ(fields.FindString("peer"), "127.0.0.1");
  EXPECT_EQ(fields.Find("status")->as_int(), 200);
  EXPECT_EQ(fields.FindString("error"), "");
  EXPECT_TRUE(fields.Find("complete")->as_bool());
  EXPECT_GT(fields.Find("bytes")->as_int(), 17);
}

// The server may hear that the client has gone before it notes that its own last bytes went out.
TEST_F(HttpServerTest, WhoLeavesAfterTheLastByteHadAllOfIt) {
  constexpr size_t kClients = 50;
  TestServer server(api_);
  for (size_t i = 0; i < kClients; ++i) {
    RawClient client(server.port());
    client.Ask("GET /echo/text HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  server.server().Stop();
  ASSERT_EQ(server.log().Count("http_request"), kClients);
  for (const auto& event : server.log().events())
    if (event.name == "http_request") EXPECT_TRUE(event.fields.Find("complete")->as_bool());
}

TEST_F(HttpServerTest, AddressesAreChecked) {
  CaptureLog log;
  SeededRandom random(1);
  TestServer server(api_);
  HttpServerOptions options;
  options.port = server.port();
  EXPECT_THAT(HttpServer::Start(options, api_, AuthenticateAsAdmin, log, random),
              IsError(ErrorCode::kUnavailable, "address_in_use"));
  options.address = "localhost";
  EXPECT_THAT(HttpServer::Start(options, api_, AuthenticateAsAdmin, log, random),
              IsError(ErrorCode::kInvalidArgument, "bad_address"));
}

}  // namespace
}  // namespace lake::gateway::http_server_test
