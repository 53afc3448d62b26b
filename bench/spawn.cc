#include "spawn.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "lake/common/check.h"

namespace lake::bench {

FileActions::FileActions() { LAKE_CHECK(posix_spawn_file_actions_init(&actions_) == 0); }
FileActions::~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

void FileActions::Duplicate(int from, int to) {
  LAKE_CHECK(posix_spawn_file_actions_adddup2(&actions_, from, to) == 0);
}

void FileActions::Open(int to, const std::filesystem::path& file) {
  LAKE_CHECK(posix_spawn_file_actions_addopen(&actions_, to, file.c_str(), O_CREAT | O_WRONLY | O_APPEND,
                                              0600) == 0);
}

Result<pid_t> Spawn(const std::vector<std::string>& words, const FileActions& actions) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  if (posix_spawnp(&process, arguments[0], actions.get(), nullptr, arguments.data(), environ) != 0)
    return Internal("program_not_started", "{} cannot be executed", words[0]);
  return process;
}

int WaitFor(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace lake::bench
