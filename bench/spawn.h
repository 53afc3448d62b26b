// Starting another program and waiting for its end.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "lake/common/result.h"

namespace lake::bench {

/// What the started program finds at its descriptors.
class FileActions {
 public:
  FileActions();
  ~FileActions();
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void Duplicate(int from, int to);
  /// For appending; made when it is not there.
  void Open(int to, const std::filesystem::path& file);
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// words[0] is the program, looked for on the PATH when it has no slash. Errors:
/// internal/program_not_started.
Result<pid_t> Spawn(const std::vector<std::string>& words, const FileActions& actions);

/// What the process ended with, as waitpid says it.
int WaitFor(pid_t process);

}  // namespace lake::bench
