#include "pager.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "column_list.h"
#include "environment.h"
#include "terminal.h"

extern char** environ;

namespace lake::app {
namespace {

bool FitsScreen(std::string_view text) {
  const ScreenSize screen = TerminalSize();
  size_t lines = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (++lines >= screen.rows || DisplayWidth(text.substr(0, end)) > screen.columns) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

/// The tables are UTF-8 whatever the locale says.
std::vector<std::string> PagerEnvironment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  if (!EnvironmentVariable("LESSCHARSET")) variables.emplace_back("LESSCHARSET=utf-8");
  return variables;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Its process, reading `input`; -1 when it cannot be started.
pid_t StartPager(int input, const sigset_t& child_signals) {
  const std::optional<std::string> chosen = EnvironmentVariable("PAGER");
  std::vector<std::string> words = {"less", "-SRFX"};
  if (chosen) words = {"sh", "-c", *chosen};
  std::vector<std::string> variables = PagerEnvironment();
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask(&attributes, &child_signals);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  pid_t pager = -1;
  const int failed = ::posix_spawnp(&pager, words.front().c_str(), &actions, &attributes,
                                    Pointers(words).data(), Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return failed == 0 ? pager : -1;
}

/// A pager that quits early has seen enough.
void WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<size_t>(count));
  }
}

bool Paged(const std::string& text, const sigset_t& child_signals) {
  const bool unwanted = EnvironmentVariable("PAGER") == "";
  if (unwanted || !IsTerminal(Stream::kOut) || FitsScreen(text)) return false;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  const pid_t pager = StartPager(ends[0], child_signals);
  ::close(ends[0]);
  if (pager > 0) WriteAll(ends[1], text);
  ::close(ends[1]);
  int status = 0;
  while (pager > 0 && ::waitpid(pager, &status, 0) < 0 && errno == EINTR) {
  }
  if (pager > 0 && WIFSIGNALED(status)) fmt::print("\n");  // Killed by Ctrl-C, somewhere in a line.
  constexpr int kNotFound = 127;  // What a shell ends with when there is no such program.
  return pager > 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == kNotFound);
}

}  // namespace

void PrintPaged(const std::string& text, const sigset_t& child_signals) {
  std::fflush(stdout);
  if (!Paged(text, child_signals)) fmt::print("{}", text);
  std::fflush(stdout);
}

}  // namespace lake::app
