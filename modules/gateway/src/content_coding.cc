#include "content_coding.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>

#include "lake/common/check.h"
#include "media_type.h"
#include "text.h"

namespace lake::gateway {
namespace {

constexpr std::array kCodings = {ContentCoding::kZstd, ContentCoding::kGzip, ContentCoding::kIdentity};

std::string_view NameOf(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kZstd:
      return "zstd";
    case ContentCoding::kGzip:
      return "gzip";
    case ContentCoding::kIdentity:
      return "identity";
  }
  return "identity";  // Not reached: the switch is exhaustive.
}

/// How much the header wants the coding: its own entry decides, else that of "*". None: it says nothing.
std::optional<double> QualityOf(std::string_view header, ContentCoding coding) {
  std::optional<double> by_name;
  std::optional<double> by_star;
  while (!header.empty()) {
    const std::string_view entry = CutAt(',', &header);
    const std::string_view name = Trim(entry.substr(0, entry.find(';')));
    const bool alias = coding == ContentCoding::kGzip && EqualsIgnoringCase(name, "x-gzip");
    if (!by_name && (alias || EqualsIgnoringCase(name, NameOf(coding)))) by_name = ReadQuality(entry);
    if (!by_star && name == "*") by_star = ReadQuality(entry);
  }
  return by_name ? by_name : by_star;
}

/// Level 3 is the library's default. The window bounds the memory of a stream to about 1.5 MiB; a larger one
/// finds little more in rows.
constexpr int kZstdLevel = 3;
constexpr int kZstdWindowLog = 19;
/// Level 1 is three times as fast as the default 6, and a tenth larger.
constexpr int kGzipLevel = 1;
constexpr size_t kPieceBytes = 64u << 10;

Error CodingFailed(std::string_view cause) {
  return Internal("content_coding_failed", "internal error").WithCause(std::string(cause));
}

class ZstdEncoder final : public ContentEncoder {
 public:
  ZstdEncoder() : context_(ZSTD_createCCtx()) {
    LAKE_CHECK(context_ != nullptr);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kZstdLevel);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kZstdWindowLog);
  }
  Status Encode(std::string_view bytes, std::string* out) override { return Run(bytes, ZSTD_e_flush, out); }
  Status End(std::string* out) override { return Run({}, ZSTD_e_end, out); }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  Status Run(std::string_view bytes, ZSTD_EndDirective until, std::string* out) {
    ZSTD_inBuffer input = {.src = bytes.data(), .size = bytes.size(), .pos = 0};
    for (size_t left = 1; left != 0;) {
      ZSTD_outBuffer output = {.dst = piece_.data(), .size = piece_.size(), .pos = 0};
      left = ZSTD_compressStream2(context_.get(), &output, &input, until);
      if (ZSTD_isError(left) != 0) return CodingFailed(ZSTD_getErrorName(left));
      out->append(piece_.data(), output.pos);
    }
    return {};
  }

  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::string piece_ = std::string(kPieceBytes, '\0');
};

class GzipEncoder final : public ContentEncoder {
 public:
  GzipEncoder() {
    constexpr int kGzipFormat = 15 + 16;  // The largest window, and a gzip header instead of zlib's.
    constexpr int kDefaultMemory = 8;
    LAKE_CHECK(deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzipFormat, kDefaultMemory,
                            Z_DEFAULT_STRATEGY) == Z_OK);
  }
  ~GzipEncoder() override { deflateEnd(&stream_); }
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  Status Encode(std::string_view bytes, std::string* out) override {
    // zlib counts in 32 bits.
    constexpr size_t kMost = 1u << 30;
    for (; bytes.size() > kMost; bytes.remove_prefix(kMost))
      LAKE_RETURN_IF_ERROR(Run(bytes.substr(0, kMost), Z_NO_FLUSH, out));
    return Run(bytes, Z_SYNC_FLUSH, out);
  }
  Status End(std::string* out) override { return Run({}, Z_FINISH, out); }

 private:
  Status Run(std::string_view bytes, int until, std::string* out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // It is only read.
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
      stream_.avail_out = static_cast<uInt>(piece_.size());
      if (deflate(&stream_, until) == Z_STREAM_ERROR) return CodingFailed("deflate");
      out->append(piece_.data(), piece_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return {};
  }

  z_stream stream_ = {};
  std::string piece_ = std::string(kPieceBytes, '\0');
};

}  // namespace

std::optional<AcceptedCodings> ReadAcceptEncoding(const RequestHead& head) {
  std::string joined;
  for (const Header& header : head.headers)
    if (EqualsIgnoringCase(header.name, "accept-encoding")) joined.append(header.value).append(",");
  // What is not mentioned is not wanted, except plain bytes: they always do, but anything named goes before.
  constexpr double kLastResort = 1e-9;
  std::optional<AcceptedCodings> accepted;
  double best = 0;
  for (const ContentCoding coding : kCodings) {
    const double unsaid = coding == ContentCoding::kIdentity ? kLastResort : 0;
    const double quality = QualityOf(joined, coding).value_or(unsaid);
    if (quality <= best) continue;
    accepted = AcceptedCodings{.best = coding};
    best = quality;
  }
  if (accepted && QualityOf(joined, ContentCoding::kIdentity) == 0)
    accepted->plain = AcceptedCodings::Plain::kRefused;
  return accepted;
}

Error NoAcceptableCoding() {
  return InvalidArgument("not_acceptable",
                         "an answer can be had as zstd, gzip or identity (Accept-Encoding)");
}

bool IsWorthCoding(std::string_view content_type) {
  constexpr std::array<std::string_view, 8> kTypes = {"application/json",
                                                      "application/problem+json",
                                                      "application/x-ndjson",
                                                      "application/vnd.apache.arrow.stream",
                                                      "text/csv",
                                                      "text/html",
                                                      "text/css",
                                                      "text/javascript"};
  return std::ranges::find(kTypes, MediaTypeOf(content_type)) != kTypes.end();
}

std::unique_ptr<ContentEncoder> MakeContentEncoder(ContentCoding coding) {
  switch (coding) {
    case ContentCoding::kZstd:
      return std::make_unique<ZstdEncoder>();
    case ContentCoding::kGzip:
      return std::make_unique<GzipEncoder>();
    case ContentCoding::kIdentity:
      return nullptr;
  }
  return nullptr;  // Not reached: the switch is exhaustive.
}

void DescribeCoding(ContentCoding coding, ResponseHead* head) {
  if (coding != ContentCoding::kIdentity)
    head->headers.push_back({"Content-Encoding", std::string(NameOf(coding))});
  const auto vary = std::ranges::find_if(
      head->headers, [](const Header& header) { return EqualsIgnoringCase(header.name, "vary"); });
  if (vary == head->headers.end())
    head->headers.push_back({"Vary", "Accept-Encoding"});
  else
    vary->value += ", Accept-Encoding";
}

Answer InWantedCoding(Answer answer, const RequestHead& request) {
  const AcceptedCodings accepted = ReadAcceptEncoding(request).value_or(AcceptedCodings{});
  const bool refused = accepted.plain == AcceptedCodings::Plain::kRefused;
  const bool worth = answer.body.size() >= kMinCodedBytes && IsWorthCoding(answer.head.content_type);
  if (answer.body.empty() || (!worth && !refused)) return answer;
  const std::unique_ptr<ContentEncoder> encoder = MakeContentEncoder(accepted.best);
  std::string coded;
  if (encoder && (!encoder->Encode(answer.body, &coded).ok() || !encoder->End(&coded).ok())) return answer;
  DescribeCoding(accepted.best, &answer.head);
  if (encoder) answer.body = std::move(coded);
  return answer;
}

}  // namespace lake::gateway
