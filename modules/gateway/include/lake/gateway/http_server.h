// The HTTP server: sockets, limits, timeouts and the order of the checks. What a route does is the Api's
// business.
//
// HTTP/1.1 (and 1.0) with keep-alive and pipelining. I/O threads only move bytes and run instant routes;
// every other handler runs on a worker. A JSON body is read whole before a worker is taken, so slow senders
// hold none. Checks, in this order: framing, Host, method and path, Origin, credentials, permission, content
// type, length.
//
// With a certificate it speaks HTTPS and nothing else; plain HTTP on that port is told so. No
// Strict-Transport-Security: that would bind the host name, with every other port of it, for months to a
// certificate that its owner may have made for a trial; who wants it has a proxy that can say it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lake/common/log.h"
#include "lake/common/random.h"
#include "lake/common/result.h"
#include "lake/gateway/api.h"

namespace lake::gateway {

struct HttpServerOptions {
  std::string address = "127.0.0.1";  ///< An IP address.
  uint16_t port = 3100;               ///< 0 = any free one.
  /// PEM files: the certificate with those that vouch for it, and its key. Empty: plain HTTP. They are read
  /// again at a new connection when they have changed, and looked at no more often than this.
  std::string tls_certificate;
  std::string tls_key;
  std::chrono::milliseconds tls_check_interval{60'000};
  std::vector<std::string>
      allowed_hosts;      ///< Host names beyond loopback names and the address (DNS rebinding); "*" = any.
  size_t io_threads = 2;  ///< They only move bytes.
  size_t worker_threads = 16;  ///< Handlers of plain routes; they mostly wait for the engine or the disk.
  /// Handlers of streaming routes: they also wait for their client, so they get threads of their own.
  size_t stream_threads = 64;
  size_t max_waiting_requests = 256;  ///< Per pool; more get 503 with Retry-After.
  size_t max_connections = 12'000;    ///< More get 503 and are closed.
  uint64_t max_header_bytes = 32u << 10;
  uint64_t max_body_bytes = 4u << 20;             ///< JSON bodies; uploads have their own limits.
  uint64_t max_buffered_body_bytes = 256u << 20;  ///< JSON bodies of all requests together; more get 503.
  std::chrono::milliseconds header_timeout{
      10'000};  ///< From the first byte of a request to the end of its head; also for the TLS handshake.
  std::chrono::milliseconds idle_timeout{75'000};  ///< Between requests of a kept connection.
  /// A client that owes us bytes, or does not take ours, is measured over this long.
  std::chrono::milliseconds stall_timeout{30'000};
  uint64_t min_bytes_per_second = 1024;  ///< Averaged over stall_timeout; slower clients are cut off.
  std::chrono::milliseconds request_timeout{300'000};  ///< Deadline given to handlers of plain routes.
  std::chrono::milliseconds drain_timeout{
      10'000};  ///< Running requests get this long at shutdown, then are cancelled.
};

/// Whether certificate and key can be used; ok without. A caller asks before it opens what a failing Start
/// would leave behind. Errors: not_found/file_not_found, permission_denied/key_file_open_to_others,
/// invalid_argument/bad_tls_certificate, /bad_tls_key, /tls_pair_mismatch.
Status CheckTls(const HttpServerOptions& options);

class HttpServer {
 public:
  /// Says who calls and gives the request its snapshot; runs on an I/O thread before the permission check and
  /// must not block. No credentials are no error (a caller without a role may use public routes); wrong ones
  /// are.
  using Authenticate = std::function<Result<access::Request>(const RequestHead& head, Context context)>;

  /// Listens when it returns. The references must outlive the server. Errors: unavailable/address_in_use,
  /// invalid_argument/bad_address, unavailable/cannot_listen, those of CheckTls.
  static Result<std::unique_ptr<HttpServer>> Start(HttpServerOptions options, const Api& api,
                                                   Authenticate authenticate, Log& log, RandomSource& random);
  virtual ~HttpServer() = default;  ///< Stop().
  virtual uint16_t port() const = 0;
  /// Stops accepting, lets running requests finish within drain_timeout, cancels the rest (reason
  /// "shutdown"), returns when all is quiet: handlers must heed their context. Idempotent; not from a
  /// handler.
  virtual void Stop() = 0;
};

}  // namespace lake::gateway
