// Bytes to one HTTP/1.x request: Beast's parser behind a small face, plus the refusals that keep two servers
// in a row from reading two different requests (request smuggling).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "lake/common/result.h"
#include "lake/gateway/exchange.h"

namespace lake::gateway {

/// Where body bytes go.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Returns how many it took; fewer than offered when it is full.
  virtual size_t Take(std::string_view bytes) = 0;
};

struct Framing {
  bool http11 = true;
  bool keep_alive = true;
  bool has_body = false;
  std::optional<uint64_t> content_length = {};
  std::string expect = {};  ///< The Expect header, when there is one.
};

class RequestParser {
 public:
  explicit RequestParser(uint64_t max_header_bytes);
  ~RequestParser();

  /// Returns how many bytes it used. Stops behind the head, behind the request, when the sink is full, and
  /// when it needs more bytes than there are. Not to be called when done. Errors:
  /// resource_exhausted/header_too_large, invalid_argument/bad_http, invalid_argument/bad_target,
  /// unimplemented/method_not_implemented, unimplemented/transfer_coding_not_implemented; the connection is
  /// of no use after one.
  Result<size_t> Put(std::string_view bytes, BodySink& sink);

  bool started() const;  ///< It has used a byte.
  bool head_done() const;
  bool done() const;
  /// Both once head_done().
  RequestHead& head();
  const Framing& framing() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace lake::gateway
