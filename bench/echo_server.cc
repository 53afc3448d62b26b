#include "echo_server.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>

namespace lake::bench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kIoThreads = 2;

class Session final : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : socket_(std::move(socket)) {}

  void Read() {
    request_ = {};
    http::async_read(socket_, buffer_, request_, [self = shared_from_this()](error_code error, size_t) {
      if (!error) self->Write();
    });
  }

 private:
  void Write() {
    response_ = {http::status::ok, request_.version()};
    response_.set(http::field::server, "beast");
    response_.set(http::field::content_type, "application/json");
    response_.body() = R"({"status":"ok"})";
    response_.prepare_payload();
    http::async_write(socket_, response_, [self = shared_from_this()](error_code error, size_t) {
      if (!error) self->Read();
    });
  }

  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

/// One event loop each; a connection stays on the one that it came to.
using Loops = std::array<asio::io_context, kIoThreads>;

void Accept(tcp::acceptor& acceptor, Loops& loops, size_t next) {
  acceptor.async_accept(loops[next], [&acceptor, &loops, next](error_code error, tcp::socket socket) {
    if (error) return;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto session = std::make_shared<Session>(std::move(socket));
    asio::post(loops[next], [session] { session->Read(); });
    Accept(acceptor, loops, (next + 1) % loops.size());
  });
}

}  // namespace

int RunEchoServer() {
  Loops loops = {asio::io_context{1}, asio::io_context{1}};
  tcp::acceptor acceptor(loops[0], tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  asio::signal_set interrupted(loops[0], SIGINT);
  interrupted.async_wait([&](error_code, int) {
    for (asio::io_context& loop : loops) loop.stop();
  });
  Accept(acceptor, loops, 0);
  fmt::print("echo is serving http://127.0.0.1:{} \n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  std::jthread second([&] {
    const auto work = asio::make_work_guard(loops[1]);
    loops[1].run();
  });
  loops[0].run();
  return 0;
}

}  // namespace lake::bench
