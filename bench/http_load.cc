#include "http_load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>

#include "lake/common/check.h"

namespace lake::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostEvents = 64;
constexpr size_t kAnswerBytes = 4096;  // Tiny ones have some hundred.
constexpr timeval kPatience = {.tv_sec = 10, .tv_usec = 0};

Error Failed(std::string_view what) {
  return Internal("load_failed", "the client's {}: {}", what, std::generic_category().message(errno));
}

/// The size of the whole answer; none while its head is not complete. 0 for any but 200.
std::optional<size_t> AnswerSize(std::string_view received) {
  constexpr std::string_view kLength = "Content-Length: ";
  const size_t head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return std::nullopt;
  const size_t at = received.find(kLength);
  if (!received.starts_with("HTTP/1.1 200 ") || at > head) return 0;
  size_t body = 0;
  std::from_chars(received.data() + at + kLength.size(), received.data() + head, body);
  return head + 4 + body;
}

}  // namespace

TinyRequest MakeTinyRequest(std::string_view url, std::string_view path) {
  const size_t colon = url.rfind(':');
  LAKE_CHECK(colon != std::string_view::npos);
  TinyRequest request;
  std::from_chars(url.data() + colon + 1, url.data() + url.size(), request.port);
  request.text = fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", path, request.port);
  return request;
}

Result<std::unique_ptr<LoadClient>> LoadClient::Connect(TinyRequest request, size_t connections) {
  std::unique_ptr<LoadClient> load(new LoadClient(std::move(request)));
  load->poll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (load->poll_ < 0) return Failed("epoll");
  load->clients_.reserve(connections);
  while (load->clients_.size() < connections) LAKE_RETURN_IF_ERROR(load->Open());
  return load;
}

LoadClient::~LoadClient() {
  for (const Client& client : clients_) ::close(client.descriptor);
  if (poll_ >= 0) ::close(poll_);
}

Status LoadClient::Open() {
  Client& client = clients_.emplace_back();
  client.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client.descriptor < 0) return Failed("socket");
  const int on = 1;
  ::setsockopt(client.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::setsockopt(client.descriptor, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(request_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return Failed("connect");
  LAKE_RETURN_IF_ERROR(Send(client));
  for (bool complete = false; !complete;) {
    LAKE_ASSIGN_OR_RETURN(complete, Receive(client));
  }
  epoll_event event{.events = EPOLLIN, .data = {.u64 = clients_.size() - 1}};
  return ::epoll_ctl(poll_, EPOLL_CTL_ADD, client.descriptor, &event) == 0 ? Status()
                                                                           : Status(Failed("epoll"));
}

Status LoadClient::Send(Client& client) {
  client.received.clear();
  client.sent = Clock::now();
  const ssize_t sent = ::send(client.descriptor, request_.text.data(), request_.text.size(), MSG_NOSIGNAL);
  // A new request always fits in the socket: there is one at a time.
  return sent == static_cast<ssize_t>(request_.text.size()) ? Status() : Status(Failed("send"));
}

Result<bool> LoadClient::Receive(Client& client) {
  std::array<char, kAnswerBytes> bytes;
  const ssize_t taken = ::recv(client.descriptor, bytes.data(), bytes.size(), 0);
  if (taken <= 0) return Failed("recv");
  client.received.append(bytes.data(), static_cast<size_t>(taken));
  const std::optional<size_t> size = AnswerSize(client.received);
  if (!size || client.received.size() < *size) return false;
  if (client.received.size() > *size)
    return Internal("load_failed", "the server answered '{}'", client.received);
  return true;
}

Result<LoadResult> LoadClient::Run(std::chrono::milliseconds duration) {
  LoadResult result;
  const Clock::time_point begin = Clock::now();
  for (Client& client : clients_) LAKE_RETURN_IF_ERROR(Send(client));
  size_t open = clients_.size();
  Clock::time_point now = begin;
  std::array<epoll_event, kMostEvents> events;
  while (open > 0) {
    const int count =
        ::epoll_wait(poll_, events.data(), kMostEvents, static_cast<int>(kPatience.tv_sec) * 1000);
    if (count <= 0) return Failed("wait for an answer");
    for (const epoll_event& event : std::span(events).first(static_cast<size_t>(count))) {
      Client& client = clients_[event.data.u64];
      LAKE_ASSIGN_OR_RETURN(const bool complete, Receive(client));
      if (!complete) continue;
      now = Clock::now();
      result.latencies_us.push_back(std::chrono::duration<double, std::micro>(now - client.sent).count());
      if (now - begin >= duration) {
        --open;
      } else {
        LAKE_RETURN_IF_ERROR(Send(client));
      }
    }
  }
  result.seconds = std::chrono::duration<double>(now - begin).count();
  return result;
}

uint64_t RaiseDescriptorLimit() {
  rlimit limit{};
  LAKE_CHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  LAKE_CHECK(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  return limit.rlim_cur;
}

}  // namespace lake::bench
