// A blocking HTTP client that sends exactly the bytes a test gives it: wrong, late or half ones too.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lake/common/json.h"

namespace lake::gateway {

struct RawResponse {
  int status = 0;                              ///< 0: the connection ended before a whole head.
  std::map<std::string, std::string> headers;  ///< Names in lower case; the last one of a name.
  std::map<std::string, std::string> trailers;
  std::string body;
  bool complete = false;  ///< The body ended as the head said.

  std::string header(const std::string& name) const;
  JsonValue json() const;  ///< Null when the body is none.
  std::string code() const { return std::string(json().FindString("code")); }
};

class ClientTls;

/// How a client asks for TLS.
struct RawTls {
  std::string trusted;                ///< PEM file: the one certificate it accepts.
  std::string protocol = "http/1.1";  ///< For ALPN.
  enum class Newest { kTls11, kTls12, kAny } newest = Newest::kAny;
};

/// One connection to 127.0.0.1. Reads give up after 30 s, so that a broken server fails a test instead of
/// hanging it.
class RawClient {
 public:
  enum class Body { kExpected, kNone };  ///< kNone: the answer to a HEAD request.

  /// Plain, or with TLS when all tests of this process run with it (test_certificate.h).
  explicit RawClient(uint16_t port);
  /// A handshake that fails leaves a connection that is AtEnd.
  RawClient(uint16_t port, const RawTls& tls);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server does not take them any more.
  bool Send(std::string_view bytes);
  /// Sends without blocking as much as the connection takes; returns how much that was.
  size_t SendSome(std::string_view bytes);
  /// Waits for the next final or interim response.
  RawResponse Read(Body body = Body::kExpected);
  /// Read in two steps.
  RawResponse ReadHead();
  void ReadBody(RawResponse* response);
  /// Send, then Read.
  RawResponse Ask(std::string_view request);
  /// The next bytes; "" at the end of the connection.
  std::string ReadSome();
  /// Nothing more comes: the server has closed (or reset) the connection.
  bool AtEnd();
  /// With TLS: the server said that this is all; else it was cut. Once AtEnd.
  bool saw_goodbye() const { return saw_goodbye_; }
  std::string protocol() const;  ///< "TLSv1.3 http/1.1"
  /// With TLS a goodbye.
  void ShutdownWrite();
  /// Closes with a reset instead of a goodbye.
  void Reset();
  void Close();

 private:
  void Connect(uint16_t port);
  void Handshake();
  bool SendRaw(std::string_view bytes);
  bool ReceiveSealed();
  bool Fill();
  std::optional<std::string> ReadLine();
  bool ReadExactly(size_t count, std::string* out);
  bool ReadHeaders(std::map<std::string, std::string>* headers);
  bool ReadChunks(RawResponse* response);

  int socket_ = -1;
  std::unique_ptr<ClientTls> tls_;
  std::string unsent_;  ///< Encrypted, but more than the connection took.
  bool saw_goodbye_ = false;
  std::string buffer_;
};

/// "GET /path HTTP/1.1" with Host and an empty line.
std::string Get(std::string_view path);
/// A request with a JSON body.
std::string Post(std::string_view path, std::string_view json);

}  // namespace lake::gateway
