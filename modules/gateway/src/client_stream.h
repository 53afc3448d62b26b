// The bytes from and to one client, on one I/O thread. Reads and writes complete into members and wake the
// one coroutine that waits in NextEvent, so that a single wait covers the client, the worker, the clock and
// the shutdown.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "answer_encoder.h"
#include "input_buffer.h"
#include "pace_watch.h"
#include "transport.h"

namespace lake::gateway {

/// Owned by shared_ptr; used on its I/O thread only.
class ClientStream final : public std::enable_shared_from_this<ClientStream> {
 public:
  using Clock = std::chrono::steady_clock;
  using TimePoint = Clock::time_point;

  ClientStream(Transport socket, size_t input_bytes, const PaceWatch& pace);

  /// Returns when something has happened since the last call; false when `until` passed before.
  boost::asio::awaitable<bool> NextEvent(TimePoint until);
  void Wake();
  /// A Wake that any thread may call, also when the stream is gone.
  std::function<void()> RemoteWake();

  /// Goes on reading when there is room and no read is under way.
  void StartRead(InputBuffer::Expect expect);
  InputBuffer& input() { return input_; }
  bool ended() const { return ended_; }  ///< The client sends no more.

  /// Not while sending().
  void Send(Outgoing out);
  bool sending() const { return sending_; }
  uint64_t bytes_sent() const { return bytes_sent_; }

  enum class Goodbye {
    kClose,
    kReset,  ///< The client sees an error, and what the kernel still holds for it is thrown away.
  };
  void End(Goodbye goodbye);
  void EndSending();
  bool broken() const { return broken_; }  ///< Ended, here or on the way: of no use any more.

  PaceWatch in_pace;   ///< Of bytes we wait for.
  PaceWatch out_pace;  ///< Of bytes the client does not take.

 private:
  void Write();

  Transport socket_;
  boost::asio::steady_timer timer_;
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
