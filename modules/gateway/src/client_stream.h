// The bytes from and to one client, plain or with TLS, on one I/O thread. Reads and writes complete into
// members and wake the one coroutine that waits in NextEvent, so that a single wait covers the client, the
// worker, the clock and the shutdown.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "answer_encoder.h"
#include "input_buffer.h"
#include "pace_watch.h"
#include "tls_session.h"
#include "transport.h"

namespace lake::gateway {

/// Owned by shared_ptr; used on its I/O thread only.
class ClientStream final : public std::enable_shared_from_this<ClientStream> {
 public:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;

  /// Plain when `tls` is null.
  ClientStream(Transport socket, std::unique_ptr<TlsSession> tls, size_t input_bytes, const PaceWatch& pace);

  /// Returns when something has happened since the last call; false when `until` passed before.
  boost::asio::awaitable<bool> NextEvent(TimePoint until);
  void Wake();
  /// A Wake after what else this thread has to do already.
  void WakeInTurn();
  /// A Wake that any thread may call, also when the stream is gone.
  std::function<void()> RemoteWake();

  /// Whether bytes are encrypted. Then a handshake comes first; after kNotTls the stream goes on as a plain
  /// one.
  bool secure() const { return tls_ != nullptr; }
  void StartHandshake();
  bool handshaking() const { return Waits(handshake_); }
  TlsSession::State handshake() const { return handshake_; }
  std::string tls_failure() const { return secure() ? tls_->failure() : ""; }

  /// Goes on reading when there is room and no read is under way.
  void StartRead(InputBuffer::Expect expect);
  InputBuffer& input() { return input_; }
  bool ended() const { return ended_; }  ///< The client sends no more.

  /// Not while sending(). What the socket takes at once is sent when this returns; when that was not all, it
  /// is sending() and wakes.
  void Send(Outgoing out);
  bool sending() const { return sending_; }
  /// Whether the socket took all of what Send was given: a client may leave after it and has everything.
  bool all_sent() const { return out_.left() == 0; }
  uint64_t bytes_sent() const { return bytes_sent_; }

  enum class Goodbye {
    kClose,
    kReset,  ///< The client sees an error, and what the kernel still holds for it is thrown away.
  };
  /// With TLS both look like a cut: only EndSending tells the client that it has everything.
  void End(Goodbye goodbye);
  /// No more will be sent; TLS says so first and is sending() until it has. What still comes is not
  /// decrypted.
  void EndSending();
  bool broken() const { return broken_; }  ///< Ended, here or on the way: of no use any more.

  PaceWatch in_pace;   ///< Of bytes we wait for.
  PaceWatch out_pace;  ///< Of bytes the client does not take.

 private:
  static bool Waits(TlsSession::State state) {
    return state == TlsSession::State::kWantsRead || state == TlsSession::State::kWantsWrite;
  }
  /// Calls `again` with this and an error code when the socket is ready.
  template <class Again>
  void WhenReady(TlsSession::State wanted, Again again);
  void WatchClock(TimePoint until);
  void Ring();
  void Resume();
  void Handshake();
  void Read(std::span<char> place);
  void DoneReading(boost::system::error_code error, size_t bytes);
  void SendAtOnce();
  void Write();
  void DoneWriting(boost::system::error_code error, size_t bytes);

  Transport socket_;
  std::unique_ptr<TlsSession> tls_;
  TlsSession::State handshake_ = TlsSession::State::kDone;
  std::move_only_function<void()> waiter_;  ///< The coroutine in NextEvent.
  TimePoint until_;                         ///< When its time is over.
  boost::asio::steady_timer timer_;
  TimePoint alarm_ = TimePoint::max();  ///< When the timer rings.
  bool woken_ = false;
  InputBuffer input_;
  bool reading_ = false;
  bool ended_ = false;
  Outgoing out_;
  bool sending_ = false;
  uint64_t bytes_sent_ = 0;
  bool broken_ = false;
};

}  // namespace lake::gateway
