// The bytes of a response around its body.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "lake/gateway/exchange.h"

namespace lake::gateway {

/// How the client finds the end of the body.
enum class BodyFraming {
  kLength,
  kChunked,
  kUntilClose,  ///< For HTTP/1.0.
  kNoBody,      ///< 204 and 304.
};

struct ResponseLine {
  BodyFraming framing = BodyFraming::kLength;
  uint64_t length = 0;  ///< For kLength.
  bool keep_alive = true;
  bool http11 = true;  ///< Of the request.
  std::string_view request_id = {};
  std::time_t now = 0;
};

/// Status line, headers and the empty line. Bytes in header values that could end them become spaces.
std::string WriteHead(const ResponseHead& head, const ResponseLine& line);
/// "1f\r\n"; the chunk's bytes and "\r\n" follow.
std::string ChunkPrefix(size_t bytes);
/// The last chunk with its trailers.
std::string LastChunk(const std::vector<Header>& trailers);

}  // namespace lake::gateway
