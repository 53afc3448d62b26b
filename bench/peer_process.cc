#include "peer_process.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "lake/common/check.h"
#include "spawn.h"

namespace lake::bench {
namespace {

/// The slowest build of 100,000 vectors takes minutes on a busy machine.
constexpr int kPatienceMs = 30 * 60'000;

}  // namespace

Result<std::unique_ptr<PeerProcess>> PeerProcess::Start(const std::string& peer, const JsonValue& options) {
  int ends[2];
  LAKE_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  std::unique_ptr<PeerProcess> started(new PeerProcess(ends[0]));
  FileActions actions;
  actions.Duplicate(ends[1], STDIN_FILENO);
  actions.Duplicate(ends[1], STDOUT_FILENO);
  const Result<pid_t> process = Spawn({"python3", LAKE_VECTOR_PEERS, peer, WriteJson(options)}, actions);
  ::close(ends[1]);
  if (!process.ok()) return process.error();
  started->process_ = *process;
  LAKE_ASSIGN_OR_RETURN(const JsonValue hello, started->ReadAnswer());
  started->version_ = hello.FindString("version");
  return started;
}

PeerProcess::~PeerProcess() {
  ::close(channel_);
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  WaitFor(process_);
}

Result<JsonValue> PeerProcess::Ask(const JsonValue& request) {
  // Requests are far smaller than a socket's buffer: one call takes them whole.
  const std::string line = WriteJson(request) + "\n";
  if (::send(channel_, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
    return Internal("peer_failed", "the peer has ended");
  return ReadAnswer();
}

Result<JsonValue> PeerProcess::ReadAnswer() {
  std::array<char, 1 << 16> bytes;
  pollfd ready{.fd = channel_, .events = POLLIN, .revents = 0};
  size_t end = read_.find('\n');
  while (end == std::string::npos) {
    const ssize_t count =
        ::poll(&ready, 1, kPatienceMs) == 1 ? ::read(channel_, bytes.data(), bytes.size()) : 0;
    if (count <= 0) return Internal("peer_failed", "the peer has ended or does not answer");
    end = read_.size();
    read_.append(bytes.data(), static_cast<size_t>(count));
    end = read_.find('\n', end);
  }
  LAKE_ASSIGN_OR_RETURN(JsonValue answer, ParseJson(read_.substr(0, end)));
  read_.erase(0, end + 1);
  if (const std::string_view error = answer.FindString("error"); !error.empty())
    return Internal("peer_failed", "the peer says: {}", error);
  return answer;
}

}  // namespace lake::bench
