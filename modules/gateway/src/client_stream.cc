#include "client_stream.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lake::gateway {
namespace asio = boost::asio;
using boost::system::error_code;

ClientStream::ClientStream(Transport socket, size_t input_bytes, const PaceWatch& pace)
    : in_pace(pace),
      out_pace(pace),
      socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      input_(input_bytes) {}

asio::awaitable<bool> ClientStream::NextEvent(TimePoint until) {
  if (!woken_) {
    timer_.expires_at(until);
    error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  const bool in_time = woken_;
  woken_ = false;
  co_return in_time;
}

void ClientStream::Wake() {
  woken_ = true;
  timer_.cancel();
}

std::function<void()> ClientStream::RemoteWake() {
  return [weak = weak_from_this(), executor = socket_.get_executor()] {
    asio::post(executor, [weak] {
      if (const std::shared_ptr<ClientStream> self = weak.lock()) self->Wake();
    });
  };
}

void ClientStream::StartRead(InputBuffer::Expect expect) {
  if (reading_ || ended_ || broken_) return;
  size_t size = 0;
  char* place = input_.Prepare(expect, &size);
  if (size == 0) return;
  reading_ = true;
  const auto done = [self = shared_from_this()](error_code error, size_t bytes) {
    self->reading_ = false;
    self->input_.Commit(bytes);
    self->in_pace.Moved(bytes);
    if (error) self->ended_ = true;
    if (error && error != asio::error::eof) self->broken_ = true;
    self->Wake();
  };
  socket_.async_read_some(asio::buffer(place, size), done);
}

void ClientStream::Send(Outgoing out) {
  out_ = std::move(out);
  sending_ = out_.left() > 0;
  sending_ ? Write() : Wake();  // The end of an answer may have no bytes.
}

void ClientStream::Write() {
  out_pace.Wait(Clock::now());
  std::array<asio::const_buffer, 4> buffers;
  std::ranges::transform(out_.Remaining(), buffers.begin(),
                         [](std::string_view piece) { return asio::buffer(piece.data(), piece.size()); });
  const auto done = [self = shared_from_this()](error_code error, size_t bytes) {
    self->out_.Advance(bytes);
    self->out_pace.Moved(bytes);
    self->bytes_sent_ += bytes;
    if (error) self->broken_ = true;
    if (!error && self->out_.left() > 0) return self->Write();
    self->sending_ = false;
    self->out_pace.Rest();
    self->Wake();
  };
  socket_.async_write_some(buffers, done);
}

void ClientStream::End(Goodbye goodbye) {
  broken_ = true;
  error_code ignored;
  if (goodbye == Goodbye::kReset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
  Wake();
}

void ClientStream::EndSending() {
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

}  // namespace lake::gateway
