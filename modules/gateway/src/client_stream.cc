#include "client_stream.h"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace lake::gateway {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

error_code ErrorOf(TlsSession::State state) {
  if (state == TlsSession::State::kDone) return {};
  return state == TlsSession::State::kEnded ? error_code(asio::error::eof) : asio::error::connection_reset;
}

std::array<asio::const_buffer, 4> BuffersOf(const Outgoing& out) {
  std::array<asio::const_buffer, 4> buffers;
  std::ranges::transform(out.Remaining(), buffers.begin(),
                         [](std::string_view piece) { return asio::buffer(piece.data(), piece.size()); });
  return buffers;
}

}  // namespace

ClientStream::ClientStream(Transport socket, std::unique_ptr<TlsSession> tls, size_t input_bytes,
                           const PaceWatch& pace)
    : in_pace(pace),
      out_pace(pace),
      socket_(std::move(socket)),
      tls_(std::move(tls)),
      timer_(socket_.get_executor()),
      input_(input_bytes) {
  error_code ignored;
  socket_.non_blocking(true, ignored);
}

asio::awaitable<bool> ClientStream::NextEvent(TimePoint until) {
  if (!woken_) {
    WatchClock(until);
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](auto resume) { waiter_ = std::move(resume); }, asio::use_awaitable);
  }
  co_return std::exchange(woken_, false);
}

/// Most waits end long before their time is over. So the timer is left as it is unless it would ring too
/// late, and set again when it rings too early: once in a while and not for each wait.
void ClientStream::WatchClock(TimePoint until) {
  until_ = until;
  if (until >= alarm_) return;
  alarm_ = until;
  timer_.expires_at(until);
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    const std::shared_ptr<ClientStream> self = weak.lock();
    if (!error && self) self->Ring();
  });
}

void ClientStream::Ring() {
  alarm_ = TimePoint::max();
  if (!waiter_) return;
  Clock::now() < until_ ? WatchClock(until_) : Resume();
}

/// The last thing that a handler of the event loop does.
void ClientStream::Resume() {
  if (auto waiter = std::exchange(waiter_, nullptr)) waiter();
}

/// Whoever calls is not through yet, and the coroutine may end what it works on.
void ClientStream::Wake() {
  woken_ = true;
  if (waiter_) asio::post(socket_.get_executor(), std::exchange(waiter_, nullptr));
}

void ClientStream::WakeInTurn() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->Wake(); });
}

std::function<void()> ClientStream::RemoteWake() {
  return [weak = weak_from_this(), executor = socket_.get_executor()] {
    asio::dispatch(executor, [weak] {
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
  woken_ = true;
  Resume();
}

void ClientStream::Send(Outgoing out) {
  out_ = std::move(out);
  if (!secure()) SendAtOnce();
  sending_ = !broken_ && out_.left() > 0;
  if (sending_) Write();
}

/// A tiny answer needs neither a turn of the event loop nor a watch over its pace.
void ClientStream::SendAtOnce() {
  error_code error;
  const auto buffers = BuffersOf(out_);
  const bool whole = buffers[0].size() == out_.left();
  const size_t bytes = whole ? socket_.write_some(asio::const_buffers_1(buffers[0]), error)
                             : socket_.write_some(buffers, error);
  out_.Advance(bytes);
  bytes_sent_ += bytes;
  if (error && error != asio::error::would_block) broken_ = true;
}

void ClientStream::Write() {
  out_pace.Wait(Clock::now());
  const auto done = [self = shared_from_this()](error_code error, size_t bytes) {
    self->DoneWriting(error, bytes);
  };
  if (!secure()) return socket_.async_write_some(BuffersOf(out_), done);
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
  woken_ = true;
  Resume();
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
