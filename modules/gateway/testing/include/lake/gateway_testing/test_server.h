// A real server on a free loopback port, with a log to look at and timeouts a test can wait for.
#pragma once

#include <memory>
#include <string>

#include "lake/common/check.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/gateway/http_server.h"
#include "lake/gateway_testing/test_certificate.h"

namespace lake::gateway {

/// Credentials of the tests: "X-API-Key: <role>" is a caller of that role, "wrong" is refused, none is
/// nobody.
inline Result<access::Request> AuthenticateByRole(const RequestHead& head, Context context) {
  const std::string key(head.Find("x-api-key"));
  if (key == "wrong") return Unauthenticated("bad_credentials", "this key is not known");
  access::RoleRef role = access::BuiltInRole(key);
  if (role == nullptr && !key.empty()) role = std::make_shared<access::Role>(access::Role{.name = key});
  return access::Request{.caller = {.name = key.empty() ? "" : key + "-key", .role = key},
                         .role = role,
                         .context = std::move(context),
                         .snapshot = nullptr};
}

/// Everybody is the person at this machine.
inline Result<access::Request> AuthenticateAsAdmin(const RequestHead&, Context context) {
  return access::LocalAdmin(std::move(context), nullptr);
}

class TestServer {
 public:
  /// `api` must outlive it.
  TestServer(const Api& api, HttpServerOptions options, HttpServer::Authenticate authenticate) {
    options.port = 0;
    const TestCertificate* certificate = CertificateOfAllTests();
    if (certificate != nullptr && options.tls_certificate.empty()) {
      options.tls_certificate = certificate->certificate();
      options.tls_key = certificate->key();
    }
    Result<std::unique_ptr<HttpServer>> started =
        HttpServer::Start(std::move(options), api, std::move(authenticate), log_, random_);
    LAKE_CHECK(started.ok());
    server_ = std::move(*started);
  }
  explicit TestServer(const Api& api) : TestServer(api, HttpServerOptions{}, AuthenticateAsAdmin) {}

  uint16_t port() const { return server_->port(); }
  HttpServer& server() { return *server_; }
  const CaptureLog& log() const { return log_; }

 private:
  CaptureLog log_;
  SeededRandom random_{42};
  std::unique_ptr<HttpServer> server_;
};

}  // namespace lake::gateway
