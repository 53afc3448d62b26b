// One HTTP exchange as handlers see it: no socket, no library type. Handlers run on worker threads; the bytes
// are moved by the I/O threads through bounded queues, so a slow client holds memory for one queue and
// nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/describe.h"
#include "lake/common/result.h"

namespace lake::gateway {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

/// The request line and headers, decoded. Header names are matched without regard to case.
struct RequestHead {
  Method method = Method::kGet;
  std::string path;                   ///< As sent, still percent-encoded, without the query.
  std::vector<std::string> segments;  ///< Of the path, each percent-decoded: "/a/b%2Fc" is {"a", "b/c"}.
  std::vector<std::pair<std::string, std::string>> query;  ///< Percent-decoded, in order.
  std::vector<Header> headers;
  std::string peer;        ///< Address of the client, for the log.
  std::string request_id;  ///< The client's X-Request-Id when it is well-formed, else made for this request.

  /// The first of that name; "" when absent.
  std::string_view Find(std::string_view name) const;
};

/// The body as it arrives. Blocking; one thread.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// Fills `buffer`; 0 only at the end. Errors: cancelled/client_gone, cancelled/shutdown,
  /// deadline_exceeded/client_too_slow, invalid_argument/bad_http.
  virtual Result<size_t> Read(std::span<char> buffer) = 0;
  virtual std::optional<uint64_t> declared_length() const = 0;  ///< From Content-Length.
};

struct ResponseHead {
  int status = 200;
  std::string content_type = {};
  std::vector<Header> headers = {};  ///< Further ones.
};

/// A whole answer. Without a content type it has no body.
struct Answer {
  ResponseHead head = {};
  std::string body = {};
  std::string failure = {};  ///< The slug of the error that it tells of, for the log.
};

/// The end of a body that is complete.
struct BodyEnd {
  std::vector<Header> trailers = {};  ///< Announced by a Trailer header.
  std::string failure = {};           ///< The slug of the error that the body tells of, for the log.
};

/// The answer as it is made. Blocking when the client is slow; one thread.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;
  /// Once, before the first Write. Errors of all: cancelled/client_gone, cancelled/shutdown,
  /// deadline_exceeded/client_too_slow; nothing more can be written then.
  virtual Status Start(ResponseHead head) = 0;
  /// Sent soon; bytes that pile up while the client is slow go out together.
  virtual Status Write(std::string_view bytes) = 0;
  /// The body is complete. Without it the connection is aborted and the client sees that the answer is cut.
  virtual Status Finish(BodyEnd end) = 0;
  /// Takes Start back when nothing of it has left yet: an early error can still be a problem document. The
  /// head alone is kept back for up to a second for that.
  virtual bool Withdraw() = 0;
  virtual bool started() const = 0;
};

}  // namespace lake::gateway

template <>
struct lake::DescribeEnum<lake::gateway::Method> {
  using M = lake::gateway::Method;
  static constexpr std::array kNames = {EnumName(M::kGet, "GET"),        EnumName(M::kHead, "HEAD"),
                                        EnumName(M::kPost, "POST"),      EnumName(M::kPut, "PUT"),
                                        EnumName(M::kPatch, "PATCH"),    EnumName(M::kDelete, "DELETE"),
                                        EnumName(M::kOptions, "OPTIONS")};
};
