// A server as a process of its own: the `lake` binary as people start it, or the one beside it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lake/common/result.h"
#include "report.h"

namespace lake::bench {

/// The `lake` that was built with this benchmark.
std::filesystem::path LakeBinary();

class ServerProcess {
 public:
  /// Executes `lake serve` on a free port and returns when it has said where it listens. What it logs goes to
  /// `log`. Errors, here and below: internal/server_failed.
  static Result<std::unique_ptr<ServerProcess>> Start(const std::filesystem::path& data,
                                                      const std::filesystem::path& log);
  /// This program once more, as RunEchoServer (echo_server.h).
  static Result<std::unique_ptr<ServerProcess>> StartEcho();
  ~ServerProcess();  ///< Kills it when it was not stopped.
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& url() const { return url_; }
  double us_since_exec() const { return since_exec_.us(); }
  /// Of all its threads, since it started.
  double CpuMs() const;
  double ResidentMiB() const;
  /// As Ctrl-C does; waits until it has ended.
  Status Stop();

 private:
  ServerProcess() = default;
  static Result<std::unique_ptr<ServerProcess>> Execute(const std::vector<std::string>& words,
                                                        const std::filesystem::path& log);

  Stopwatch since_exec_;
  pid_t process_ = 0;
  std::string url_;
};

/// Runs `lake --help` and waits for its end: what any start of the binary costs.
Status RunLakeHelp();

}  // namespace lake::bench
