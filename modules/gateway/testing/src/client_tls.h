// The client's side of TLS over bytes that somebody else moves.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lake/gateway_testing/raw_client.h"

struct ssl_ctx_st;
struct ssl_st;

namespace lake::gateway {

class ClientTls {
 public:
  explicit ClientTls(const RawTls& wanted);
  ~ClientTls();
  ClientTls(const ClientTls&) = delete;
  ClientTls& operator=(const ClientTls&) = delete;

  enum class State { kDone, kNeedsInput, kEnded, kBroken };
  State Handshake();
  /// Appends what was decrypted.
  State Open(std::string* out);
  void Seal(std::string_view bytes);
  void SayGoodbye();

  void Received(std::string_view bytes);
  /// What is to be sent now.
  std::string TakeOutput();
  std::string protocol() const;

 private:
  State After(int result);

  ssl_ctx_st* settings_;
  ssl_st* ssl_;
};

}  // namespace lake::gateway
