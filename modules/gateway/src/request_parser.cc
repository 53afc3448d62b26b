#include "request_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "lake/common/json_io.h"
#include "request_target.h"
#include "text.h"

namespace lake::gateway {
namespace {

namespace http = boost::beast::http;
using BeastView = boost::beast::string_view;
using ErrorCodeOfBoost = boost::beast::error_code;

std::string_view ToView(BeastView text) { return {text.data(), text.size()}; }

std::optional<Method> ParseMethod(std::string_view name) {
  for (const auto& [method, known] : DescribeEnum<Method>::kNames)
    if (known == name) return method;
  return std::nullopt;
}

}  // namespace

class RequestParser::State final : public http::basic_parser<true> {
 public:
  explicit State(uint64_t the_max_header_bytes) : max_header_bytes(the_max_header_bytes) {
    header_limit(static_cast<uint32_t>(max_header_bytes));
    body_limit(boost::none);  // Limits of bodies are those of their sinks.
  }

  const uint64_t max_header_bytes;
  RequestHead head;
  Framing framing;
  BodySink* sink = nullptr;
  std::optional<Error> refusal;  ///< Found while the head was read.

 private:
  void Refuse(Error error) {
    if (!refusal) refusal = std::move(error);
  }

  void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                       ErrorCodeOfBoost&) override {
    framing.http11 = version == 11;
    if (const auto known = ParseMethod(ToView(method)))
      head.method = *known;
    else
      Refuse(Unimplemented("method_not_implemented", "this server does not know the method"));
    Result<RequestTarget> parsed = ParseTarget(ToView(target));
    if (!parsed.ok()) return Refuse(std::move(parsed).error());
    head.path = std::move(parsed->path);
    head.segments = std::move(parsed->segments);
    head.query = std::move(parsed->query);
  }

  void on_field_impl(http::field name, BeastView name_text, BeastView value, ErrorCodeOfBoost&) override {
    if (is_header_done()) return;  // Trailers say nothing we want to know.
    if (name == http::field::content_length) CheckContentLength(ToView(value));
    if (name == http::field::transfer_encoding) CheckTransferEncoding(ToView(value));
    if (name == http::field::expect) framing.expect = ToView(value);
    head.headers.push_back({std::string(ToView(name_text)), std::string(ToView(value))});
  }

  void CheckContentLength(std::string_view value) {
    // Beast takes a repeated length when all agree; a server in front of us might not.
    if (!head.Find("content-length").empty() || value.empty() ||
        value.find_first_not_of("0123456789") != std::string_view::npos)
      Refuse(InvalidArgument("bad_http", "Content-Length must be given once, as one number"));
  }

  void CheckTransferEncoding(std::string_view value) {
    if (!framing.http11) return Refuse(InvalidArgument("bad_http", "Transfer-Encoding needs HTTP/1.1"));
    if (!EqualsIgnoringCase(Trim(value), "chunked"))
      Refuse(Unimplemented("transfer_coding_not_implemented", "the only transfer coding here is chunked"));
  }

  void on_header_impl(ErrorCodeOfBoost&) override {}
  void on_body_init_impl(const boost::optional<uint64_t>&, ErrorCodeOfBoost&) override {}
  size_t on_body_impl(BeastView bytes, ErrorCodeOfBoost&) override { return sink->Take(ToView(bytes)); }
  void on_chunk_header_impl(uint64_t, BeastView, ErrorCodeOfBoost&) override {}
  size_t on_chunk_body_impl(uint64_t, BeastView bytes, ErrorCodeOfBoost&) override {
    return sink->Take(ToView(bytes));
  }
  void on_finish_impl(ErrorCodeOfBoost&) override {}
  void on_response_impl(int, BeastView, int, ErrorCodeOfBoost&) override {}
};

namespace {

Error FromBeast(const ErrorCodeOfBoost& code, uint64_t header_limit) {
  if (code == http::error::header_limit)
    return ResourceExhausted("header_too_large", "the request line and headers have more than {} bytes",
                             header_limit);
  return InvalidArgument("bad_http", "this is not a well-formed HTTP/1.1 request").WithCause(code.message());
}

}  // namespace

RequestParser::RequestParser(uint64_t max_header_bytes) : state_(std::make_unique<State>(max_header_bytes)) {}
RequestParser::~RequestParser() = default;

Result<size_t> RequestParser::Put(std::string_view bytes, BodySink& sink) {
  state_->sink = &sink;
  size_t used = 0;
  while (used < bytes.size() && !done()) {
    const bool had_head = head_done();
    ErrorCodeOfBoost code;
    const size_t taken =
        state_->put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), code);
    used += taken;
    if (state_->refusal) return *state_->refusal;
    if (code == http::error::need_more) break;
    if (code) return FromBeast(code, state_->max_header_bytes);
    if (!had_head && head_done()) {
      state_->framing.keep_alive = state_->keep_alive();
      if (const auto length = state_->content_length()) state_->framing.content_length = *length;
      state_->framing.has_body = !done();
      break;
    }
    if (taken == 0) break;
  }
  return used;
}

bool RequestParser::started() const { return state_->got_some(); }
bool RequestParser::head_done() const { return state_->is_header_done(); }
bool RequestParser::done() const { return state_->is_done(); }
RequestHead& RequestParser::head() { return state_->head; }
const Framing& RequestParser::framing() const { return state_->framing; }

}  // namespace lake::gateway
