// Content codings of answers (RFC 9110, sections 8.4.1 and 12.5.3): which one a client wants, when it is
// worth it, and bytes in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lake/gateway/exchange.h"

namespace lake::gateway {

/// In the order of preference among equals; zstd is the faster and the smaller one.
enum class ContentCoding { kZstd, kGzip, kIdentity };

/// What an Accept-Encoding header leaves of what we have.
struct AcceptedCodings {
  ContentCoding best = ContentCoding::kIdentity;
  enum class Plain { kAccepted, kRefused } plain = Plain::kAccepted;
};
/// All Accept-Encoding lines of the request. None: nothing that we have is acceptable.
std::optional<AcceptedCodings> ReadAcceptEncoding(const RequestHead& head);
Error NoAcceptableCoding();

/// Smaller bodies are not worth the work: they fit into one packet either way.
constexpr size_t kMinCodedBytes = 1024;
/// The body may be sent in another coding: it is text, or Arrow, whose buffers are not compressed. Parquet is
/// compressed already.
bool IsWorthCoding(std::string_view content_type);

/// One body in one coding.
class ContentEncoder {
 public:
  virtual ~ContentEncoder() = default;
  /// Appends to `out`; the client can decode all of `bytes` from it.
  virtual Status Encode(std::string_view bytes, std::string* out) = 0;
  virtual Status End(std::string* out) = 0;
};
/// Null for kIdentity.
std::unique_ptr<ContentEncoder> MakeContentEncoder(ContentCoding coding);

/// Says in the head that the body has this coding (or might have had another).
void DescribeCoding(ContentCoding coding, ResponseHead* head);

/// A whole answer in the coding that the request wants most; plain when that is not worth it.
Answer InWantedCoding(Answer answer, const RequestHead& request);

}  // namespace lake::gateway
