// Beast with nothing around it: what the lakehouse's HTTP server is measured beside. A process of its own, so
// that its CPU time can be told from the client's.
#pragma once

#include <string_view>

namespace lake::bench {

/// The word with which this program becomes the server.
inline constexpr std::string_view kEchoServerWord = "echo-server";

/// Listens on a free port of loopback, says where on stdout as `lake serve` does, and answers every request
/// with 200 and the body of GET /health, until SIGINT. Two I/O threads, as the lakehouse has; no worker, no
/// routes, no timeouts, no limits, no log. Returns the status to exit with.
int RunEchoServer();

}  // namespace lake::bench
