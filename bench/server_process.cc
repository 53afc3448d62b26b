#include "server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <fstream>

#include "echo_server.h"
#include "lake/common/check.h"
#include "spawn.h"

namespace lake::bench {
namespace {

constexpr int kStartPatienceMs = 60'000;

/// The first line that arrives; empty when the other end closes or nothing comes in time.
std::string ReadLine(int descriptor) {
  std::string line;
  pollfd ready{.fd = descriptor, .events = POLLIN, .revents = 0};
  char byte = 0;
  while (::poll(&ready, 1, kStartPatienceMs) == 1 && ::read(descriptor, &byte, 1) == 1 && byte != '\n')
    line.push_back(byte);
  return line;
}

}  // namespace

std::filesystem::path LakeBinary() { return LAKE_BINARY; }

Result<std::unique_ptr<ServerProcess>> ServerProcess::Start(const std::filesystem::path& data,
                                                            const std::filesystem::path& log) {
  return Execute({LakeBinary().string(), "serve", "--data", data.string(), "--port", "0"}, log);
}

Result<std::unique_ptr<ServerProcess>> ServerProcess::StartEcho() {
  return Execute({"/proc/self/exe", std::string(kEchoServerWord)}, "/dev/null");
}

Result<std::unique_ptr<ServerProcess>> ServerProcess::Execute(const std::vector<std::string>& words,
                                                              const std::filesystem::path& log) {
  int ends[2];
  LAKE_CHECK(::pipe2(ends, O_CLOEXEC) == 0);
  FileActions actions;
  actions.Duplicate(ends[1], STDOUT_FILENO);
  actions.Open(STDERR_FILENO, log);
  std::unique_ptr<ServerProcess> server(new ServerProcess());  // Its clock starts here.
  const Result<pid_t> process = Spawn(words, actions);
  ::close(ends[1]);
  const std::string line = process.ok() ? ReadLine(ends[0]) : "";
  ::close(ends[0]);
  if (!process.ok()) return process.error();
  server->process_ = *process;
  const size_t begin = line.find("http://");
  if (begin == std::string::npos)
    return Internal("server_failed", "the server did not say where it listens but '{}'", line);
  server->url_ = line.substr(begin, line.find(' ', begin) - begin);
  return server;
}

ServerProcess::~ServerProcess() {
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  WaitFor(process_);
}

double ServerProcess::CpuMs() const {
  clockid_t clock{};
  timespec time{};
  LAKE_CHECK(::clock_getcpuclockid(process_, &clock) == 0 && ::clock_gettime(clock, &time) == 0);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double ServerProcess::ResidentMiB() const {
  std::ifstream in(fmt::format("/proc/{}/statm", process_));
  uint64_t total_pages = 0;
  uint64_t resident_pages = 0;
  in >> total_pages >> resident_pages;
  return static_cast<double>(resident_pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

Status ServerProcess::Stop() {
  ::kill(process_, SIGINT);
  const int status = WaitFor(std::exchange(process_, 0));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Internal("server_failed", "the server ended with the status {}", status);
}

Status RunLakeHelp() {
  FileActions actions;
  actions.Open(STDOUT_FILENO, "/dev/null");
  LAKE_ASSIGN_OR_RETURN(const pid_t process, Spawn({LakeBinary().string(), "--help"}, actions));
  if (const int status = WaitFor(process); !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return Internal("server_failed", "lake --help ended with the status {}", status);
  return {};
}

}  // namespace lake::bench
