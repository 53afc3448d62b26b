#include "client_tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include "lake/common/check.h"

namespace lake::gateway {

ClientTls::ClientTls(const RawTls& wanted) : settings_(SSL_CTX_new(TLS_client_method())), ssl_(nullptr) {
  if (wanted.newest == RawTls::Newest::kTls11) {
    SSL_CTX_set_security_level(settings_, 0);
    SSL_CTX_set_max_proto_version(settings_, TLS1_1_VERSION);
  } else if (wanted.newest == RawTls::Newest::kTls12) {
    SSL_CTX_set_max_proto_version(settings_, TLS1_2_VERSION);
  }
  LAKE_CHECK(SSL_CTX_load_verify_locations(settings_, wanted.trusted.c_str(), nullptr) == 1);
  SSL_CTX_set_verify(settings_, SSL_VERIFY_PEER, nullptr);
  ssl_ = SSL_new(settings_);
  const std::string protocols = static_cast<char>(wanted.protocol.size()) + wanted.protocol;
  SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), "127.0.0.1");
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl_);
}

ClientTls::~ClientTls() {
  SSL_free(ssl_);
  SSL_CTX_free(settings_);
}

ClientTls::State ClientTls::After(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE:
      return State::kDone;
    case SSL_ERROR_WANT_READ:
      return State::kNeedsInput;
    case SSL_ERROR_ZERO_RETURN:
      return State::kEnded;
    default:
      return State::kBroken;
  }
}

ClientTls::State ClientTls::Handshake() {
  ERR_clear_error();
  return After(SSL_do_handshake(ssl_));
}

ClientTls::State ClientTls::Open(std::string* out) {
  std::array<char, 16u << 10> bytes;
  ERR_clear_error();
  const int count = SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  if (count > 0) out->append(bytes.data(), static_cast<size_t>(count));
  return After(count);
}

void ClientTls::Seal(std::string_view bytes) {
  ERR_clear_error();
  if (!bytes.empty()) SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
}

void ClientTls::SayGoodbye() {
  ERR_clear_error();
  SSL_shutdown(ssl_);
}

void ClientTls::Received(std::string_view bytes) {
  const int taken = BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  LAKE_CHECK(taken == static_cast<int>(bytes.size()));
}

std::string ClientTls::TakeOutput() {
  BIO* output = SSL_get_wbio(ssl_);
  std::string bytes(BIO_ctrl_pending(output), '\0');
  if (!bytes.empty()) BIO_read(output, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::string ClientTls::protocol() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &chosen, &size);
  return std::string(SSL_get_version(ssl_)) + " " + std::string(reinterpret_cast<const char*>(chosen), size);
}

}  // namespace lake::gateway
