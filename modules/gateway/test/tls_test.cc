// Goal: over TLS everything is as without, what ends by itself is told from what was cut, and who does not
// speak it holds nothing. Method: a server with a certificate made here, and a client that trusts only it.
// The tests of http_server_test.cc and http_stream_test.cc run over TLS as well (LAKE_TEST_WIRE=tls).
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "lake/common_testing/result_matchers.h"
#include "lake/gateway/http_server.h"
#include "lake/gateway/routes.h"
#include "lake/gateway_testing/raw_client.h"
#include "lake/gateway_testing/test_certificate.h"
#include "lake/gateway_testing/test_server.h"

namespace lake::gateway::tls_test {

struct Flow {
  std::string how;
  uint64_t bytes = 0;
};

}  // namespace lake::gateway::tls_test

template <>
struct lake::Describe<lake::gateway::tls_test::Flow> {
  using T = lake::gateway::tls_test::Flow;
  static constexpr auto kFields =
      std::tuple{Required("how", &T::how, "What happens."), Optional("bytes", &T::bytes, "How much.")};
};

namespace lake::gateway::tls_test {
namespace {

using std::chrono::milliseconds;

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    AddHealthRoutes(api_, {.version = "1.2.3"}, {});
    const std::vector<DocumentedAnswer> text = {
        {.status = 200, .description = "Text.", .media_type = "text/plain", .schema = nullptr}};
    api_.AddStream<Flow>(
        {Method::kGet, "/flow/{how}", "Flows.", Permission::kRead}, {.request = {}, .answers = text},
        [](const access::Request&, const Flow& flow, const RequestHead&, ResponseWriter& writer) -> Status {
          LAKE_RETURN_IF_ERROR(writer.Start({.content_type = "text/plain"}));
          LAKE_RETURN_IF_ERROR(writer.Write(std::string(flow.bytes, 'x')));
          if (flow.how == "fail") return Internal("broke", "it broke");
          return writer.Finish({});
        });
    api_.AddUpload<Flow>(
        {Method::kPost, "/flow/{how}", "Takes.", Permission::kWrite},
        {.request = {"text/plain"}, .answers = {AnswerOf<Flow>(200, "Counted.")}},
        [](const access::Request&, Flow flow, const RequestHead&, BodyReader& body) -> Result<Answer> {
          std::string buffer(10'000, '\0');
          for (;;) {
            LAKE_ASSIGN_OR_RETURN(const size_t count, body.Read(buffer));
            if (count == 0) return JsonAnswer(200, flow);
            flow.bytes += count;
          }
        });
  }

  HttpServerOptions Options() const {
    HttpServerOptions options;
    options.tls_certificate = pair_.certificate();
    options.tls_key = pair_.key();
    return options;
  }
  RawTls Trusting() const { return {.trusted = pair_.certificate()}; }
  static std::string Old(std::string_view path) {
    return fmt::format("GET {} HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
  }

  Api api_;
  TestCertificate pair_{TestValidity{}};
};

TEST_F(TlsTest, ManyRequestsOnOneConnection) {
  TestServer server(api_, Options(), AuthenticateAsAdmin);
  RawClient client(server.port(), Trusting());
  EXPECT_EQ(client.protocol(), "TLSv1.3 http/1.1");
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.Ask(Get("/livez")).body, R"({"status":"ok"})");
  RawTls older = Trusting();
  older.newest = RawTls::Newest::kTls12;
  RawClient second(server.port(), older);
  EXPECT_EQ(second.protocol(), "TLSv1.2 http/1.1");
  EXPECT_EQ(second.Ask(Get("/livez")).status, 200);
  EXPECT_EQ(server.log().Count("tls_certificate_loaded"), 1u);
}

TEST_F(TlsTest, LongBodiesInBothDirections) {
  TestServer server(api_, Options(), AuthenticateAsAdmin);
  RawClient client(server.port(), Trusting());
  const std::string block(1u << 20, 'u');
  client.Send(
      fmt::format("POST /flow/all HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
                  "Content-Length: {}\r\n\r\n",
                  8 * block.size()));
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(client.Send(block));
  EXPECT_EQ(client.Read().body, R"({"how":"all","bytes":8388608})");
  const RawResponse answer = client.Ask(Get("/flow/plain?bytes=20000000"));
  EXPECT_TRUE(answer.complete);
  EXPECT_EQ(answer.body, std::string(20'000'000, 'x'));
}

TEST_F(TlsTest, OnlyAWholeAnswerEndsWithAGoodbye) {
  TestServer server(api_, Options(), AuthenticateAsAdmin);
  RawClient whole(server.port(), Trusting());
  EXPECT_EQ(whole.Ask(Old("/flow/plain?bytes=3000000")).body.size(), 3'000'000u);
  EXPECT_TRUE(whole.saw_goodbye());
  for (const std::string& request : {Get("/flow/fail?bytes=3000000"), Old("/flow/fail?bytes=3000000")}) {
    RawClient cut(server.port(), Trusting());
    cut.Ask(request);
    EXPECT_TRUE(cut.AtEnd());
    EXPECT_FALSE(cut.saw_goodbye()) << request;
  }
}

TEST_F(TlsTest, AGoodbyeWaitsForAFullSocket) {
  TestServer server(api_, Options(), AuthenticateAsAdmin);
  RawClient client(server.port(), Trusting());
  // More than the sockets hold; the server has sent it all only when the client has begun to read.
  client.Send(Old("/flow/plain?bytes=30000000"));
  const RawResponse answer = client.Read();
  EXPECT_EQ(answer.body.size(), 30'000'000u);
  EXPECT_TRUE(client.saw_goodbye());
}

TEST_F(TlsTest, TheClientsGoodbyeIsNoHurry) {
  TestServer server(api_, Options(), AuthenticateAsAdmin);
  RawClient client(server.port(), Trusting());
  client.Send(Get("/flow/plain?bytes=100000"));
  client.ShutdownWrite();
  EXPECT_EQ(client.Read().body.size(), 100'000u);
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.saw_goodbye());
}

TEST_F(TlsTest, HandshakesThatDoNotEndAreCutAndCounted) {
  HttpServerOptions options = Options();
  options.header_timeout = milliseconds(3000);
  options.max_connections = 2;
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient silent(server.port());
  RawClient half(server.port());
  half.Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  RawClient third(server.port());
  EXPECT_TRUE(third.AtEnd());
  EXPECT_TRUE(silent.AtEnd());
  EXPECT_TRUE(half.AtEnd());
  EXPECT_EQ(server.log().Count("tls_handshake_failed"), 2u);  // The third was not let in.
  int status = 0;
  do {  // Until the server has counted them off.
    status = RawClient(server.port(), Trusting()).Ask(Get("/livez")).status;
  } while (status != 200);
}

TEST_F(TlsTest, PlainClientsAreTold) {
  TestServer server(api_, Options(), AuthenticateAsAdmin);
  for (const std::string& request : {Get("/livez"), Post("/flow/x", "{}"), Get("/livez") + Get("/livez")}) {
    RawClient plain(server.port());
    const RawResponse told = plain.Ask(request);
    EXPECT_EQ(told.status, 400);
    EXPECT_EQ(told.code(), "https_expected");
    EXPECT_EQ(told.header("connection"), "close");
    EXPECT_TRUE(plain.AtEnd());
  }
  RawClient noise(server.port());
  noise.Send("\x01\x02\x03 this is neither of them");
  EXPECT_TRUE(noise.AtEnd());
  server.server().Stop();
  EXPECT_EQ(server.log().Count("http_request"), 3u);
  EXPECT_EQ(server.log().Count("tls_handshake_failed"), 1u);
}

TEST_F(TlsTest, OldVersionsAndOtherProtocolsAreRefused) {
  TestServer server(api_, Options(), AuthenticateAsAdmin);
  RawTls old = Trusting();
  old.newest = RawTls::Newest::kTls11;
  EXPECT_TRUE(RawClient(server.port(), old).AtEnd());
  RawTls other = Trusting();
  other.protocol = "h2";
  EXPECT_TRUE(RawClient(server.port(), other).AtEnd());
  const TestCertificate unknown{TestValidity{}};
  EXPECT_TRUE(RawClient(server.port(), RawTls{.trusted = unknown.certificate()}).AtEnd());
  server.server().Stop();
  EXPECT_EQ(server.log().Count("tls_handshake_failed"), 3u);
}

TEST_F(TlsTest, StopSaysGoodbyeToTheIdleAndEndsHandshakes) {
  TestServer server(api_, Options(), AuthenticateAsAdmin);
  RawClient idle(server.port(), Trusting());
  ASSERT_EQ(idle.Ask(Get("/livez")).status, 200);
  RawClient silent(server.port());
  server.server().Stop();
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_TRUE(idle.saw_goodbye());
  EXPECT_TRUE(silent.AtEnd());
}

TEST_F(TlsTest, ANewPairIsTakenAndABadOneIsNot) {
  HttpServerOptions options = Options();
  options.tls_check_interval = milliseconds(0);
  TestServer server(api_, options, AuthenticateAsAdmin);
  RawClient first(server.port(), Trusting());
  ASSERT_EQ(first.Ask(Get("/livez")).status, 200);
  pair_.Renew({.begin = -1, .end = 30});
  RawClient second(server.port(), Trusting());  // Trusts only what the files hold now.
  EXPECT_EQ(second.Ask(Get("/livez")).status, 200);
  EXPECT_EQ(first.Ask(Get("/livez")).status, 200);
  EXPECT_EQ(server.log().Count("tls_certificate_loaded"), 2u);
  std::ofstream(pair_.key()) << "no key";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(RawClient(server.port(), Trusting()).Ask(Get("/livez")).status, 200);
  EXPECT_EQ(server.log().Count("tls_certificate_kept"), 1u);  // Once for each state of the files.
}

TEST_F(TlsTest, ACertificateOfYesterdayIsAWarning) {
  pair_.Renew({.begin = -2, .end = -1});
  TestServer expired(api_, Options(), AuthenticateAsAdmin);
  EXPECT_EQ(expired.log().Count("tls_certificate_expired"), 1u);
  EXPECT_TRUE(RawClient(expired.port(), Trusting()).AtEnd());
  pair_.Renew({.begin = 1, .end = 2});
  TestServer early(api_, Options(), AuthenticateAsAdmin);
  EXPECT_EQ(early.log().Count("tls_certificate_not_yet_valid"), 1u);
}

TEST_F(TlsTest, FilesThatCannotBeUsed) {
  LAKE_EXPECT_OK(CheckTls(HttpServerOptions{}));
  LAKE_EXPECT_OK(CheckTls(Options()));
  const TempDir directory;
  const std::string file = (directory / "file").string();
  const TestCertificate other{TestValidity{}};
  const auto check = [](const std::string& certificate, const std::string& key) {
    HttpServerOptions options;
    options.tls_certificate = certificate;
    options.tls_key = key;
    return CheckTls(options);
  };
  EXPECT_THAT(check(file, pair_.key()), IsError(ErrorCode::kNotFound, "file_not_found"));
  EXPECT_THAT(check(pair_.certificate(), ""), IsError(ErrorCode::kNotFound, "file_not_found"));
  EXPECT_THAT(check(pair_.certificate(), other.key()),
              IsError(ErrorCode::kInvalidArgument, "tls_pair_mismatch"));
  std::ofstream(file) << "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  ASSERT_EQ(chmod(file.c_str(), 0600), 0);
  EXPECT_THAT(check(file, pair_.key()), IsError(ErrorCode::kInvalidArgument, "bad_tls_certificate"));
  EXPECT_THAT(check(pair_.key(), pair_.key()), IsError(ErrorCode::kInvalidArgument, "bad_tls_certificate"));
  EXPECT_THAT(check(pair_.certificate(), file), IsError(ErrorCode::kInvalidArgument, "bad_tls_key"));
  for (const mode_t mode : {0604u, 0620u}) {
    ASSERT_EQ(chmod(pair_.key().c_str(), mode), 0);
    EXPECT_THAT(check(pair_.certificate(), pair_.key()),
                IsError(ErrorCode::kPermissionDenied, "key_file_open_to_others"));
  }
  ASSERT_EQ(chmod(pair_.key().c_str(), 0640), 0);
  LAKE_EXPECT_OK(check(pair_.certificate(), pair_.key()));
}

}  // namespace
}  // namespace lake::gateway::tls_test
