#include "tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

#include "lake/common/check.h"

namespace lake::gateway {
namespace {

/// The most one TLS record holds (RFC 8446, section 5.1). Smaller pieces are put together up to it: a record
/// of its own for each would cost a system call and 22 bytes.
constexpr size_t kRecordBytes = 16u << 10;

bool WouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int DescriptorOf(BIO* bio) { return static_cast<int>(std::bit_cast<intptr_t>(BIO_get_data(bio))); }

int SocketWrite(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent =
      ::send(DescriptorOf(bio), bytes, static_cast<size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && WouldBlock(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int SocketRead(BIO* bio, char* place, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t received = ::recv(DescriptorOf(bio), place, static_cast<size_t>(size), MSG_DONTWAIT);
  if (received < 0 && WouldBlock(errno)) BIO_set_retry_read(bio);
  return static_cast<int>(received);
}

long SocketControl(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

/// OpenSSL's own socket BIO calls write(), which ends the process by SIGPIPE when a client is gone.
const BIO_METHOD* SocketMethod() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
    LAKE_CHECK(method != nullptr);
    BIO_meth_set_write(method, SocketWrite);
    BIO_meth_set_read(method, SocketRead);
    BIO_meth_set_ctrl(method, SocketControl);
    return method;
  }();
  return kMethod;
}

std::string SystemText(int error) { return std::generic_category().message(error); }

/// A TLS record begins with 22 (RFC 8446, section 5.1), an HTTP request with a letter.
bool IsLetter(char byte) { return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z'); }

}  // namespace

void TlsSession::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsSession::TlsSession(std::unique_ptr<ssl_st, Free> ssl, int descriptor)
    : ssl_(std::move(ssl)), descriptor_(descriptor) {
  BIO* bio = BIO_new(SocketMethod());
  LAKE_CHECK(bio != nullptr);
  BIO_set_data(bio, std::bit_cast<void*>(static_cast<intptr_t>(descriptor)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

TlsSession::Step TlsSession::Broken(std::string why) {
  failure_ = std::move(why);
  return {.state = State::kBroken};
}

TlsSession::Step TlsSession::After(int result) {
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return {.bytes = static_cast<size_t>(result)};
    case SSL_ERROR_WANT_READ:
      return {.state = State::kWantsRead};
    case SSL_ERROR_WANT_WRITE:
      return {.state = State::kWantsWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {.state = State::kEnded};
    case SSL_ERROR_SYSCALL:
      return Broken(system_error == 0 ? "the client left without a goodbye" : SystemText(system_error));
    default:
      break;
  }
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return Broken(reason == nullptr ? "unknown TLS error" : reason);
}

TlsSession::Step TlsSession::Handshake() {
  if (!begun_) {
    char first = 0;
    const ssize_t peeked = ::recv(descriptor_, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (peeked == 0) return {.state = State::kEnded};
    if (peeked < 0) return WouldBlock(errno) ? Step{.state = State::kWantsRead} : Broken(SystemText(errno));
    if (IsLetter(first)) return {.state = State::kNotTls};
    begun_ = true;
  }
  ERR_clear_error();  // A queue of the thread's, not of the session's.
  errno = 0;
  return After(SSL_do_handshake(ssl_.get()));
}

TlsSession::Step TlsSession::Read(std::span<char> place) {
  ERR_clear_error();
  errno = 0;
  return After(SSL_read(ssl_.get(), place.data(), static_cast<int>(std::min(place.size(), kRecordBytes))));
}

TlsSession::Step TlsSession::Write(std::span<const std::string_view> pieces) {
  const auto first = std::ranges::find_if(pieces, [](std::string_view piece) { return !piece.empty(); });
  LAKE_CHECK(first != pieces.end());
  std::array<char, kRecordBytes> together;
  std::string_view record = first->substr(0, kRecordBytes);
  if (record.size() < kRecordBytes) {
    size_t size = 0;
    for (auto piece = first; piece != pieces.end(); ++piece)
      size += piece->copy(together.data() + size, kRecordBytes - size);
    record = {together.data(), size};
  }
  ERR_clear_error();
  errno = 0;
  return After(SSL_write(ssl_.get(), record.data(), static_cast<int>(record.size())));
}

TlsSession::Step TlsSession::SayGoodbye() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_shutdown(ssl_.get());
  return result >= 0 ? Step{} : After(result);  // 0: said, and the client has not answered yet.
}

}  // namespace lake::gateway
