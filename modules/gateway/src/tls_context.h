// The server's certificate and key, read from files and again when those change.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lake/common/log.h"
#include "lake/common/result.h"
#include "tls_session.h"

struct ssl_ctx_st;

namespace lake::gateway {

struct TlsFiles {
  std::string certificate;  ///< PEM: the server's own certificate, then those that vouch for it.
  std::string key;          ///< PEM, without a passphrase.
};

struct FreeTlsSettings {
  void operator()(ssl_ctx_st* context) const;
};
using TlsSettings = std::unique_ptr<ssl_ctx_st, FreeTlsSettings>;

/// TLS 1.2 and 1.3 with OpenSSL's ciphers of security level 2; http/1.1 by ALPN; neither compression nor
/// renegotiation. Errors: not_found/file_not_found, permission_denied/key_file_open_to_others,
/// invalid_argument/bad_tls_certificate, /bad_tls_key, /tls_pair_mismatch.
Result<TlsSettings> LoadTlsSettings(const TlsFiles& files);

/// One thread at a time; its sessions are independent of it and of each other.
class TlsContext {
 public:
  /// Errors: those of LoadTlsSettings. A certificate that is not valid today is a warning in the log: clients
  /// refuse it, and that is for them to say.
  static Result<std::unique_ptr<TlsContext>> Load(TlsFiles files, std::chrono::milliseconds check_interval,
                                                  Log& log);

  /// For a socket that was just accepted. Looks first whether the files have changed, at most once per
  /// `check_interval`; a pair that cannot be used is logged and changes nothing.
  std::unique_ptr<TlsSession> NewSession(int descriptor);

 private:
  /// What tells one state of the files from another.
  using Stamp = std::vector<int64_t>;

  TlsContext(TlsFiles files, std::chrono::milliseconds check_interval, Log& log);
  Stamp StampOfFiles() const;
  Status Read();
  void ReadAgainIfChanged();

  const TlsFiles files_;
  const std::chrono::milliseconds check_interval_;
  Log& log_;
  TlsSettings settings_;
  Stamp stamp_;  ///< Of the last attempt, so that a bad pair is tried and logged once.
  std::chrono::steady_clock::time_point next_check_;
};

}  // namespace lake::gateway
