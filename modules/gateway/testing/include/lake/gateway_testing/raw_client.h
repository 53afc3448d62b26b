// A blocking HTTP client that sends exactly the bytes a test gives it: wrong, late or half ones too.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
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

/// One connection to 127.0.0.1. Reads give up after 30 s, so that a broken server fails a test instead of
/// hanging it.
class RawClient {
 public:
  enum class Body { kExpected, kNone };  ///< kNone: the answer to a HEAD request.

  explicit RawClient(uint16_t port);
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
  void ShutdownWrite();
  /// Closes with a reset instead of a goodbye.
  void Reset();
  void Close();

 private:
  bool Fill();
  std::optional<std::string> ReadLine();
  bool ReadExactly(size_t count, std::string* out);
  bool ReadHeaders(std::map<std::string, std::string>* headers);
  bool ReadChunks(RawResponse* response);

  int socket_ = -1;
  std::string buffer_;
};

/// "GET /path HTTP/1.1" with Host and an empty line.
std::string Get(std::string_view path);
/// A request with a JSON body.
std::string Post(std::string_view path, std::string_view json);

}  // namespace lake::gateway
