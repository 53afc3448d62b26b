#include "client_stream.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lake::gateway {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

error_code ErrorOf(TlsSession::State state) {
  if (state == TlsSession::State::kDone) return {};
  return state == TlsSession::State::kEnded ? error_code(asio::error::eof) : asio::error::connection_reset;
}

}  // namespace

ClientStream::ClientStream(Transport socket, std::unique_ptr<TlsSession> tls, size_t input_bytes,
                           const PaceWatch& pace)
    : in_pace(pace),
      out_pace(pace),
      socket_(std::move(socket)),
      tls_(std::move(tls)),
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

template <class Again>
void ClientStream::WhenReady(TlsSession::State wanted, Again again) {
  const auto side = wanted == TlsSession::State::kWantsRead ? Transport::wait_read : Transport::wait_write;
  socket_.async_wait(side, [self = shared_from_this(), again](error_code error) { again(*self, error); });
}

void ClientStream::StartHandshake() {
  if (secure()) Handshake();
}

void ClientStream::Handshake() {
  handshake_ = tls_->Handshake().state;
  if (handshaking())
    return WhenReady(handshake_, [](ClientStream& self, error_code error) {
      if (!error && self.secure()) self.Handshake();
    });
  if (handshake_ == TlsSession::State::kNotTls) tls_.reset();
  Wake();
}

void ClientStream::StartRead(InputBuffer::Expect expect) {
  if (reading_ || ended_ || broken_) return;
  size_t size = 0;
  char* place = input_.Prepare(expect, &size);
  if (size == 0) return;
  reading_ = true;
  Read({place, size});
}

void ClientStream::Read(std::span<char> place) {
  const auto done = [self = shared_from_this()](error_code error, size_t bytes) {
    self->DoneReading(error, bytes);
  };
  if (!secure()) return socket_.async_read_some(asio::buffer(place.data(), place.size()), done);
  const TlsSession::Step step = tls_->Read(place);
  if (Waits(step.state))
    return WhenReady(step.state, [place](ClientStream& self, error_code error) {
      error ? self.DoneReading(error, 0) : self.Read(place);
    });
  // Not at once: the other connections of this thread have their turn, as between two plain reads.
  asio::post(socket_.get_executor(), [done, step] { done(ErrorOf(step.state), step.bytes); });
}

void ClientStream::DoneReading(error_code error, size_t bytes) {
  reading_ = false;
  input_.Commit(bytes);
  in_pace.Moved(bytes);
  if (error) ended_ = true;
  if (error && error != asio::error::eof) broken_ = true;
  Wake();
}

void ClientStream::Send(Outgoing out) {
  out_ = std::move(out);
  sending_ = out_.left() > 0;
  sending_ ? Write() : Wake();  // The end of an answer may have no bytes.
}

void ClientStream::Write() {
  out_pace.Wait(Clock::now());
  const auto done = [self = shared_from_this()](error_code error, size_t bytes) {
    self->DoneWriting(error, bytes);
  };
  if (!secure()) {
    std::array<asio::const_buffer, 4> buffers;
    std::ranges::transform(out_.Remaining(), buffers.begin(),
                           [](std::string_view piece) { return asio::buffer(piece.data(), piece.size()); });
    return socket_.async_write_some(buffers, done);
  }
  const TlsSession::Step step = tls_->Write(out_.Remaining());
  if (Waits(step.state))
    return WhenReady(step.state, [](ClientStream& self, error_code error) {
      if (!error && self.broken_) error = asio::error::connection_reset;
      error ? self.DoneWriting(error, 0) : self.Write();
    });
  asio::post(socket_.get_executor(), [done, step] { done(ErrorOf(step.state), step.bytes); });
}

void ClientStream::DoneWriting(error_code error, size_t bytes) {
  out_.Advance(bytes);
  out_pace.Moved(bytes);
  bytes_sent_ += bytes;
  if (error) broken_ = true;
  if (!error && out_.left() > 0) return Write();
  sending_ = false;
  out_pace.Rest();
  Wake();
}

void ClientStream::End(Goodbye goodbye) {
  broken_ = true;
  error_code ignored;
  if (goodbye == Goodbye::kReset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
  tls_.reset();  // It would go on with the number of a closed socket.
  Wake();
}

void ClientStream::EndSending() {
  sending_ = false;
  if (secure()) {
    const TlsSession::Step step = tls_->SayGoodbye();
    if (Waits(step.state)) {
      sending_ = true;
      return WhenReady(step.state, [](ClientStream& self, error_code error) {
        if (!error && self.secure()) self.EndSending();
      });
    }
    tls_.reset();
  }
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  Wake();
}

}  // namespace lake::gateway
