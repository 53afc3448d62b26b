#include "line_history.h"

#include <fcntl.h>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>

#include "environment.h"
#include "lake/common/check.h"

namespace lake::app {
namespace {

constexpr int kEntries = 2000;            // As many as a person looks through.
constexpr off_t kMaxFileBytes = 4 << 20;  // Then the file is written anew with these entries.

struct FileCloser {
  void operator()(FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<FILE, FileCloser>;

/// Also takes the rights of others away from a file that is there already.
File OpenOwned(const std::string& path, int flags, const char* mode) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return nullptr;
  File file(::fdopen(descriptor, mode));
  if (file == nullptr) ::close(descriptor);
  if (file != nullptr && ::fchmod(descriptor, S_IRUSR | S_IWUSR) != 0) return nullptr;
  return file;
}

}  // namespace

std::string HistoryFile() {
  const std::filesystem::path state = EnvironmentVariable("XDG_STATE_HOME").value_or("");
  const std::string home = EnvironmentVariable("HOME").value_or("");
  if (state.is_absolute())  // The specification says to pass over relative ones.
    return state / "lakehouse" / "sql_history";
  if (home.empty()) return "";
  return std::filesystem::path(home) / ".local" / "state" / "lakehouse" / "sql_history";
}

LineHistory::LineHistory(std::string file) : file_(std::move(file)), history_(history_init()) {
  LAKE_CHECK(history_ != nullptr);
  HistEvent event;
  history(history_, &event, H_SETSIZE, kEntries);
  history(history_, &event, H_SETUNIQUE, 1);
  if (!file_.empty()) Load();
}

LineHistory::~LineHistory() { history_end(history_); }

void LineHistory::Load() {
  const std::filesystem::path directory = std::filesystem::path(file_).parent_path();
  std::error_code error;
  if (std::filesystem::create_directories(directory, error))
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  HistEvent event;
  history(history_, &event, H_LOAD, file_.c_str());
  struct stat status{};
  if (::stat(file_.c_str(), &status) != 0 || status.st_size <= kMaxFileBytes) return;
  const std::string rewritten = file_ + ".new";
  File out = OpenOwned(rewritten, O_WRONLY | O_CREAT | O_TRUNC, "w");
  if (out == nullptr || history(history_, &event, H_SAVE_FP, out.get()) < 0) return;
  out.reset();
  std::filesystem::rename(rewritten, file_, error);
}

void LineHistory::Add(const std::string& entry) {
  HistEvent event;
  // 0: it is the one before again.
  if (history(history_, &event, H_ENTER, entry.c_str()) > 0 && !file_.empty()) Append(entry);
}

/// By a history of this entry alone: asked for its newest entry, libedit 3.1 writes two of a longer one.
void LineHistory::Append(const std::string& entry) const {
  const File out = OpenOwned(file_, O_WRONLY | O_CREAT | O_APPEND, "a");
  if (out == nullptr || std::fseek(out.get(), 0, SEEK_END) != 0) return;
  LineHistory alone("");
  alone.Add(entry);
  HistEvent event;
  history(alone.get(), &event, H_SAVE_FP, out.get());
}

}  // namespace lake::app
