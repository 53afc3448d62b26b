#include "tls_context.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "lake/common/check.h"

namespace lake::gateway {
namespace {

using Clock = std::chrono::steady_clock;

/// Chains and keys have a few kilobytes; more is another kind of file.
constexpr size_t kMaxPemBytes = 1u << 20;
/// 112 bits: RSA and DH from 2048 bits, no SHA-1 in signatures, no RC4.
constexpr int kSecurityLevel = 2;
constexpr unsigned char kHttp11[] = "\x08http/1.1";

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct CloseFile {
  explicit CloseFile(int number) : descriptor(number) {}
  ~CloseFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
  CloseFile(const CloseFile&) = delete;
  CloseFile& operator=(const CloseFile&) = delete;
  const int descriptor;
};

std::string LastTlsError() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "unknown error" : reason;
}

enum class Secrecy { kPublic, kSecret };

Result<std::string> ReadPem(const std::string& path, Secrecy secrecy) {
  const CloseFile file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &status) != 0)
    return NotFound("file_not_found", "cannot read '{}': {}", path, std::generic_category().message(errno));
  // A group may read it: Debian keeps such keys for the group ssl-cert.
  if (secrecy == Secrecy::kSecret && (status.st_mode & (S_IWGRP | S_IRWXO)) != 0)
    return PermissionDenied("key_file_open_to_others",
                            "the key '{}' is open to other users of this machine; chmod 600 it", path);
  std::string text(kMaxPemBytes, '\0');
  const ssize_t count = ::read(file.descriptor, text.data(), text.size());
  if (count < 0)
    return NotFound("file_not_found", "cannot read '{}': {}", path, std::generic_category().message(errno));
  text.resize(static_cast<size_t>(count));
  return text;
}

std::unique_ptr<BIO, FreeBio> Bytes(const std::string& text) {
  return std::unique_ptr<BIO, FreeBio>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Without it OpenSSL would ask at the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

Status UseCertificates(SSL_CTX* settings, const std::string& path) {
  LAKE_ASSIGN_OR_RETURN(const std::string text, ReadPem(path, Secrecy::kPublic));
  const auto bytes = Bytes(text);
  bool own = true;
  ERR_clear_error();
  while (X509* certificate = PEM_read_bio_X509(bytes.get(), nullptr, NoPassphrase, nullptr)) {
    const long used =
        own ? SSL_CTX_use_certificate(settings, certificate) : SSL_CTX_add1_chain_cert(settings, certificate);
    X509_free(certificate);
    if (used != 1)
      return InvalidArgument("bad_tls_certificate", "the certificate '{}' cannot be used: {}", path,
                             LastTlsError());
    own = false;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!own && at_end) return {};
  return InvalidArgument("bad_tls_certificate", "'{}' holds no readable PEM certificate", path);
}

Status UseKey(SSL_CTX* settings, const TlsFiles& files) {
  LAKE_ASSIGN_OR_RETURN(std::string text, ReadPem(files.key, Secrecy::kSecret));
  ERR_clear_error();
  const std::unique_ptr<EVP_PKEY, FreeKey> key(
      PEM_read_bio_PrivateKey(Bytes(text).get(), nullptr, NoPassphrase, nullptr));
  OPENSSL_cleanse(text.data(), text.size());
  if (key == nullptr)
    return InvalidArgument("bad_tls_key", "'{}' holds no readable PEM key without a passphrase", files.key);
  // First against the certificate: SSL_CTX_use_PrivateKey would take another kind of key in silence.
  if (X509_check_private_key(SSL_CTX_get0_certificate(settings), key.get()) != 1)
    return InvalidArgument("tls_pair_mismatch", "the key '{}' is not the one of the certificate '{}'",
                           files.key, files.certificate);
  if (SSL_CTX_use_PrivateKey(settings, key.get()) == 1) return {};
  return InvalidArgument("bad_tls_key", "the key '{}' cannot be used: {}", files.key, LastTlsError());
}

/// A client that offers protocols and not ours means another server (RFC 7301, section 3.2).
int ChooseProtocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                   const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, chosen_size, kHttp11, sizeof(kHttp11) - 1, offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string TextOf(const ASN1_TIME* time) {
  const std::unique_ptr<BIO, FreeBio> text(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(text.get(), time);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<size_t>(size)};
}

/// The machine's clock, as the clients use theirs.
void LogCertificate(SSL_CTX* settings, const std::string& path, Log& log) {
  X509* certificate = SSL_CTX_get0_certificate(settings);
  const ASN1_TIME* begin = X509_get0_notBefore(certificate);
  const ASN1_TIME* end = X509_get0_notAfter(certificate);
  const JsonValue file(path);
  if (X509_cmp_current_time(end) < 0)
    log.Warning("tls_certificate_expired", {{"file", file}, {"not_after", TextOf(end)}});
  else if (X509_cmp_current_time(begin) > 0)
    log.Warning("tls_certificate_not_yet_valid", {{"file", file}, {"not_before", TextOf(begin)}});
  else
    log.Info("tls_certificate_loaded", {{"file", file}, {"not_after", TextOf(end)}});
}

}  // namespace

void FreeTlsSettings::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<TlsSettings> LoadTlsSettings(const TlsFiles& files) {
  TlsSettings settings(SSL_CTX_new(TLS_server_method()));
  LAKE_CHECK(settings != nullptr);
  SSL_CTX* context = settings.get();
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // Tickets are kept by the clients.
  // An idle connection keeps no buffers; a waiting write may be repeated from where the bytes are then.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);  // One system call per record instead of two.
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  LAKE_RETURN_IF_ERROR(UseCertificates(context, files.certificate));
  LAKE_RETURN_IF_ERROR(UseKey(context, files));
  return settings;
}

TlsContext::TlsContext(TlsFiles files, std::chrono::milliseconds check_interval, Log& log)
    : files_(std::move(files)), check_interval_(check_interval), log_(log) {}

Result<std::unique_ptr<TlsContext>> TlsContext::Load(TlsFiles files, std::chrono::milliseconds check_interval,
                                                     Log& log) {
  std::unique_ptr<TlsContext> context(new TlsContext(std::move(files), check_interval, log));
  LAKE_RETURN_IF_ERROR(context->Read());
  return context;
}

TlsContext::Stamp TlsContext::StampOfFiles() const {
  Stamp stamp;
  for (const std::string* path : {&files_.certificate, &files_.key}) {
    struct stat status{};
    if (::stat(path->c_str(), &status) != 0) status = {};
    for (const auto number : {int64_t(status.st_ino), int64_t(status.st_size), int64_t(status.st_mtim.tv_sec),
                              int64_t(status.st_mtim.tv_nsec), int64_t(status.st_mode)})
      stamp.push_back(number);
  }
  return stamp;
}

Status TlsContext::Read() {
  stamp_ = StampOfFiles();  // Before reading: a change meanwhile is seen the next time.
  next_check_ = Clock::now() + check_interval_;
  LAKE_ASSIGN_OR_RETURN(settings_, LoadTlsSettings(files_));
  LogCertificate(settings_.get(), files_.certificate, log_);
  return {};
}

void TlsContext::ReadAgainIfChanged() {
  if (Clock::now() < next_check_) return;
  next_check_ = Clock::now() + check_interval_;
  if (StampOfFiles() == stamp_) return;
  if (Status read = Read(); !read.ok())
    log_.Warning("tls_certificate_kept", {{"error", read.error().ToString()}});
}

std::unique_ptr<TlsSession> TlsContext::NewSession(int descriptor) {
  ReadAgainIfChanged();
  std::unique_ptr<ssl_st, TlsSession::Free> ssl(SSL_new(settings_.get()));
  LAKE_CHECK(ssl != nullptr);
  return std::make_unique<TlsSession>(std::move(ssl), descriptor);
}

}  // namespace lake::gateway
