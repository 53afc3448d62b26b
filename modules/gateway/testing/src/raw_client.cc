#include "lake/gateway_testing/raw_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "client_tls.h"
#include "lake/common/check.h"
#include "lake/gateway_testing/test_certificate.h"

namespace lake::gateway {
namespace {

constexpr timeval kPatience = {.tv_sec = 30, .tv_usec = 0};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return lower;
}

}  // namespace

std::string RawResponse::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found != headers.end() ? found->second : "";
}

JsonValue RawResponse::json() const {
  Result<JsonValue> value = ParseJson(body);
  return value.ok() ? *value : JsonValue();
}

RawClient::RawClient(uint16_t port) {
  Connect(port);
  const TestCertificate* certificate = CertificateOfAllTests();
  if (certificate == nullptr) return;
  tls_ = std::make_unique<ClientTls>(RawTls{.trusted = certificate->certificate()});
  Handshake();
}

RawClient::RawClient(uint16_t port, const RawTls& tls) : tls_(std::make_unique<ClientTls>(tls)) {
  Connect(port);
  Handshake();
}

void RawClient::Connect(uint16_t port) {
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  LAKE_CHECK(socket_ >= 0);
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  LAKE_CHECK(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
}

RawClient::~RawClient() { Close(); }

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      tls_(std::move(other.tls_)),
      unsent_(std::move(other.unsent_)),
      saw_goodbye_(other.saw_goodbye_),
      buffer_(std::move(other.buffer_)) {}

void RawClient::Handshake() {
  ClientTls::State state = ClientTls::State::kNeedsInput;
  do {
    state = tls_->Handshake();
    SendRaw(tls_->TakeOutput());
  } while (state == ClientTls::State::kNeedsInput && ReceiveSealed());
}

bool RawClient::SendRaw(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::Send(std::string_view bytes) {
  if (!tls_) return SendRaw(bytes);
  tls_->Seal(bytes);
  return SendRaw(std::exchange(unsent_, "") + tls_->TakeOutput());
}

size_t RawClient::SendSome(std::string_view bytes) {
  if (tls_ && unsent_.empty()) {
    bytes = bytes.substr(0, 64u << 10);
    tls_->Seal(bytes);
    unsent_ = tls_->TakeOutput();
  } else if (tls_) {
    bytes = {};
  }
  const std::string_view outgoing = tls_ ? unsent_ : bytes;
  const ssize_t sent = send(socket_, outgoing.data(), outgoing.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (!tls_) return sent > 0 ? static_cast<size_t>(sent) : 0;
  if (sent > 0) unsent_.erase(0, static_cast<size_t>(sent));
  return bytes.size();
}

bool RawClient::ReceiveSealed() {
  std::array<char, 64u << 10> bytes;
  const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  tls_->Received({bytes.data(), static_cast<size_t>(count)});
  return true;
}

bool RawClient::Fill() {
  if (tls_) {
    for (;;) {
      const ClientTls::State state = tls_->Open(&buffer_);
      if (state == ClientTls::State::kDone) return true;
      saw_goodbye_ |= state == ClientTls::State::kEnded;
      if (state != ClientTls::State::kNeedsInput || !ReceiveSealed()) return false;
    }
  }
  std::array<char, 64u << 10> bytes;
  const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<size_t>(count));
  return true;
}

std::string RawClient::ReadSome() {
  if (buffer_.empty()) Fill();
  return std::exchange(buffer_, "");
}

bool RawClient::AtEnd() { return buffer_.empty() && !Fill(); }

std::optional<std::string> RawClient::ReadLine() {
  size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos)
    if (!Fill()) return std::nullopt;
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

bool RawClient::ReadExactly(size_t count, std::string* out) {
  while (buffer_.size() < count)
    if (!Fill()) break;
  const bool complete = buffer_.size() >= count;
  out->append(buffer_, 0, count);
  buffer_.erase(0, count);
  return complete;
}

bool RawClient::ReadHeaders(std::map<std::string, std::string>* headers) {
  for (;;) {
    const std::optional<std::string> line = ReadLine();
    if (!line) return false;
    if (line->empty()) return true;
    const size_t colon = line->find(": ");
    if (colon != std::string::npos) (*headers)[Lower(line->substr(0, colon))] = line->substr(colon + 2);
  }
}

bool RawClient::ReadChunks(RawResponse* response) {
  for (;;) {
    const std::optional<std::string> size_line = ReadLine();
    if (!size_line) return false;
    const size_t size = std::stoul(*size_line, nullptr, 16);
    if (size == 0) return ReadHeaders(&response->trailers);
    std::string line_end;
    if (!ReadExactly(size, &response->body) || !ReadExactly(2, &line_end) || line_end != "\r\n") return false;
  }
}

RawResponse RawClient::ReadHead() {
  RawResponse response;
  const std::optional<std::string> status_line = ReadLine();
  if (!status_line || !status_line->starts_with("HTTP/1.1 ")) return response;
  const int status = std::stoi(status_line->substr(9, 3));
  if (ReadHeaders(&response.headers)) response.status = status;
  return response;
}

void RawClient::ReadBody(RawResponse* response) {
  if (response->header("transfer-encoding") == "chunked") {
    response->complete = ReadChunks(response);
  } else if (const std::string length = response->header("content-length"); !length.empty()) {
    response->complete = ReadExactly(std::stoul(length), &response->body);
  } else {
    while (Fill()) continue;
    response->body = std::exchange(buffer_, "");
    response->complete = true;
  }
}

RawResponse RawClient::Read(Body body) {
  RawResponse response = ReadHead();
  const bool bodiless =
      body == Body::kNone || response.status < 200 || response.status == 204 || response.status == 304;
  if (bodiless)
    response.complete = response.status != 0;
  else
    ReadBody(&response);
  return response;
}

RawResponse RawClient::Ask(std::string_view request) {
  Send(request);
  return Read();
}

void RawClient::ShutdownWrite() {
  if (!tls_) {
    shutdown(socket_, SHUT_WR);
    return;
  }
  tls_->SayGoodbye();
  SendRaw(tls_->TakeOutput());
}

std::string RawClient::protocol() const { return tls_->protocol(); }

void RawClient::Reset() {
  const linger hard = {.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
  Close();
}

void RawClient::Close() {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

std::string Get(std::string_view path) {
  return fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
}

std::string Post(std::string_view path, std::string_view json) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      path, json.size(), json);
}

}  // namespace lake::gateway
