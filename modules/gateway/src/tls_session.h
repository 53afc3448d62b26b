// TLS on one accepted socket. It never waits: it does what it can and says what it waits for, so that the
// owner of the socket decides how. OpenSSL works on the socket itself, without buffers of ours between.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;

namespace lake::gateway {

/// One thread at a time. Not to be called once its socket is closed: the number may be another one's by then.
class TlsSession {
 public:
  enum class State {
    kDone,
    kWantsRead,   ///< Again, with the same arguments, when the socket can be read.
    kWantsWrite,  ///< The same for writing.
    kEnded,       ///< The client said goodbye; before its first byte: it just left.
    kNotTls,      ///< Of a handshake: the client speaks plain HTTP; all of it is still in the socket.
    kBroken,      ///< Of no use any more; failure() says why.
  };
  struct Step {
    State state = State::kDone;
    size_t bytes = 0;
  };

  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  /// The server's side; `ssl` has no socket yet.
  TlsSession(std::unique_ptr<ssl_st, Free> ssl, int descriptor);

  Step Handshake();
  /// After the handshake. A read may wait while a write does.
  Step Read(std::span<char> place);
  /// At most one record; at least one of the pieces has bytes.
  Step Write(std::span<const std::string_view> pieces);
  /// close_notify: tells the client that what it has is all there is. Not while a write waits.
  Step SayGoodbye();
  const std::string& failure() const { return failure_; }

 private:
  Step After(int result);
  Step Broken(std::string why);

  const std::unique_ptr<ssl_st, Free> ssl_;
  const int descriptor_;
  bool begun_ = false;
  std::string failure_;
};

}  // namespace lake::gateway
