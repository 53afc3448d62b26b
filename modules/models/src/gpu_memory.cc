#include "lake/models/gpu_memory.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>

namespace lake::models {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{5};  // A driver that hangs is a known illness.
constexpr std::chrono::milliseconds kLook{100};
constexpr size_t kMaxBytes = 64u << 10;  // A line for each of hundreds of GPUs.

Error NotReadable(std::string cause) {
  return Unavailable("gpu_not_readable", "the driver does not say what the GPUs hold")
      .WithCause(std::move(cause));
}

std::string SystemText(int error) { return std::generic_category().message(error); }

/// A program that runs, and the end of the pipe it writes to.
class Child {
 public:
  static Result<Child> Start(const std::filesystem::path& program) {
    std::array<int, 2> pipe = {};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return NotReadable(SystemText(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::array<std::string, 3> words = {program.string(), "--query-gpu=name,memory.total,memory.used",
                                        "--format=csv,noheader,nounits"};
    std::array<char*, 4> arguments = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    std::string language = "LC_ALL=C";
    std::array<char*, 2> environment = {language.data(), nullptr};
    pid_t pid = -1;
    const int failed =
        ::posix_spawn(&pid, words[0].c_str(), &actions, nullptr, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    if (failed == 0) return Child(pid, pipe[0]);
    ::close(pipe[0]);
    return NotReadable(SystemText(failed));
  }
  Child(Child&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), output_(std::exchange(other.output_, -1)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (output_ >= 0) ::close(output_);
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  /// All that it writes until it ends well.
  Result<std::string> Output(const Context& context) {
    const Steady::time_point until = Steady::now() + kPatience;
    std::string output;
    for (;;) {
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      if (Steady::now() >= until) return NotReadable("it takes too long");
      pollfd wait = {.fd = output_, .events = POLLIN, .revents = 0};
      if (::poll(&wait, 1, static_cast<int>(kLook.count())) <= 0) continue;
      std::array<char, 4096> bytes;
      const ssize_t count = ::read(output_, bytes.data(), bytes.size());
      if (count < 0) return NotReadable(SystemText(errno));
      if (count == 0) break;
      output.append(bytes.data(), static_cast<size_t>(count));
      if (output.size() > kMaxBytes) return NotReadable("it says too much");
    }
    return EndedWell(until) ? Result<std::string>(std::move(output)) : NotReadable("it failed");
  }

 private:
  Child(pid_t pid, int output) : pid_(pid), output_(output) {}

  /// It has closed its output, so it is about to end; one that does not is killed.
  bool EndedWell(Steady::time_point until) {
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(pid_, &status, WNOHANG)) == 0 && Steady::now() < until) ::poll(nullptr, 0, 1);
    if (ended == 0) return false;
    pid_ = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  pid_t pid_;
  int output_;
};

/// "81559" MiB; none for "[N/A]".
std::optional<uint64_t> ReadMebibytes(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  uint64_t mebibytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mebibytes);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return mebibytes << 20;
}

}  // namespace

std::filesystem::path FindNvidiaSmi() {
  for (const char* place :
       {"/usr/bin/nvidia-smi", "/usr/local/bin/nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi"})
    if (::access(place, X_OK) == 0) return place;
  return {};
}

Result<std::vector<GpuMemory>> ReadGpuMemory(const Context& context,
                                             const std::filesystem::path& nvidia_smi) {
  std::vector<GpuMemory> gpus;
  if (nvidia_smi.empty()) return gpus;
  LAKE_ASSIGN_OR_RETURN(Child child, Child::Start(nvidia_smi));
  LAKE_ASSIGN_OR_RETURN(const std::string output, child.Output(context));
  for (std::string_view left = output; !left.empty();) {
    const std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    const size_t used = line.rfind(',');
    const size_t total = used == std::string_view::npos || used == 0 ? used : line.rfind(',', used - 1);
    if (total == std::string_view::npos) return NotReadable("a line that is none of it");
    gpus.push_back({.name = std::string(line.substr(0, total)),
                    .total_bytes = ReadMebibytes(line.substr(total + 1, used - total - 1)),
                    .used_bytes = ReadMebibytes(line.substr(used + 1))});
  }
  return gpus;
}

}  // namespace lake::models
