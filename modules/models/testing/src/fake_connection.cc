#include "fake_connection.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>

#include "lake/common/fold.h"

namespace lake::models {
namespace {

/// The value of a header; "" without one. `name` in lower case.
std::string HeaderIn(std::string_view head, std::string_view name) {
  for (size_t at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at)) {
    at += 2;
    const std::string_view line = head.substr(at, head.find("\r\n", at) - at);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !SameFolded(line.substr(0, colon), name)) continue;
    const size_t value = line.find_first_not_of(' ', colon + 1);
    return value == std::string_view::npos ? std::string() : std::string(line.substr(value));
  }
  return {};
}

}  // namespace

bool FakeConnection::Receive() {
  std::array<char, 65536> bytes;
  const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  received_.append(bytes.data(), static_cast<size_t>(count));
  return true;
}

std::optional<FakeRequest> FakeConnection::Read() {
  constexpr std::string_view kEnd = "\r\n\r\n";
  while (received_.find(kEnd) == std::string::npos)
    if (!Receive()) return std::nullopt;
  const size_t head_bytes = received_.find(kEnd) + kEnd.size();
  const std::string head = received_.substr(0, head_bytes);
  const std::string length = HeaderIn(head, "content-length");
  const size_t body_bytes = length.empty() ? 0 : std::stoul(length);
  while (received_.size() < head_bytes + body_bytes)
    if (!Receive()) return std::nullopt;
  const size_t blank = head.find(' ');
  FakeRequest request = {.method = head.substr(0, blank),
                         .path = head.substr(blank + 1, head.find(' ', blank + 1) - blank - 1),
                         .authorization = HeaderIn(head, "authorization"),
                         .body = received_.substr(head_bytes, body_bytes)};
  received_.erase(0, head_bytes + body_bytes);
  return request;
}

void FakeConnection::Raw(std::string_view bytes) {
  while (!bytes.empty() && !broken_) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    broken_ = count <= 0;
    if (!broken_) bytes.remove_prefix(static_cast<size_t>(count));
  }
}

void FakeConnection::Answer(int status, std::string_view body) {
  Raw(fmt::format("HTTP/1.1 {} Fake\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                  status, body.size(), body));
}

void FakeConnection::Begin(std::string_view content_type) {
  Raw(fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n", content_type));
}

void FakeConnection::Piece(std::string_view bytes) {
  Raw(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes));
}

void FakeConnection::End() { Raw("0\r\n\r\n"); }

void FakeConnection::WaitUntilGone() {
  while (Receive()) {
  }
}

}  // namespace lake::models
