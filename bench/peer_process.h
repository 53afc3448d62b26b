// A peer that is a Python library, in a process of its own (vector_peers.py) that answers one line of JSON to
// each line of JSON.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::bench {

class PeerProcess {
 public:
  /// Starts the peer of that name with its options. Errors, here and below: internal/peer_failed with what
  /// the peer said; internal/program_not_started.
  static Result<std::unique_ptr<PeerProcess>> Start(const std::string& peer, const JsonValue& options);
  ~PeerProcess();  ///< Kills it.
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  /// Of the library.
  const std::string& version() const { return version_; }
  /// Waits for the answer for as long as the longest build may take.
  Result<JsonValue> Ask(const JsonValue& request);

 private:
  explicit PeerProcess(int channel) : channel_(channel) {}
  Result<JsonValue> ReadAnswer();

  int channel_;
  pid_t process_ = 0;
  std::string read_;  ///< Bytes that came after the last line.
  std::string version_;
};

}  // namespace lake::bench
