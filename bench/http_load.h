// A client that costs little: one thread, raw sockets, one request at a time on each connection. It knows of
// HTTP what a tiny answer needs: the status, Content-Length and where the head ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/result.h"

namespace lake::bench {

/// A GET to a server on loopback.
struct TinyRequest {
  uint16_t port = 0;
  std::string text;
};
/// `url` as ServerProcess gives it.
TinyRequest MakeTinyRequest(std::string_view url, std::string_view path);

struct LoadResult {
  double seconds = 0;
  std::vector<double> latencies_us;  ///< Of every request.
};

/// Errors, here and below: internal/load_failed, for any answer but 200 too.
class LoadClient {
 public:
  /// Every connection has asked once when this returns; without Run they idle. One after the other, so that
  /// no queue of the server's runs over.
  static Result<std::unique_ptr<LoadClient>> Connect(TinyRequest request, size_t connections);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  /// Each connection sends its next request when it has the answer to the last one.
  Result<LoadResult> Run(std::chrono::milliseconds duration);

 private:
  struct Client {
    int descriptor = -1;
    std::chrono::steady_clock::time_point sent;
    std::string received;
  };

  explicit LoadClient(TinyRequest request) : request_(std::move(request)) {}
  Status Open();
  Status Send(Client& client);
  /// True when the answer is complete. Waits for bytes.
  Result<bool> Receive(Client& client);

  const TinyRequest request_;
  int poll_ = -1;
  std::vector<Client> clients_;
};

/// Gives this process, and those it starts later, as many file descriptors as the system allows; returns how
/// many that is.
uint64_t RaiseDescriptorLimit();

}  // namespace lake::bench
