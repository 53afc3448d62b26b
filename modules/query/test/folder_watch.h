// Everything that happens to the files of one folder, whoever does it and by whichever way: Linux tells.
#pragma once

#include <sys/inotify.h>
#include <unistd.h>

#include <climits>
#include <filesystem>
#include <set>
#include <string>

#include "lake/common/check.h"

namespace lake::query {

class FolderWatch {
 public:
  explicit FolderWatch(const std::filesystem::path& folder)
      : queue_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    LAKE_CHECK(queue_ >= 0);
    constexpr uint32_t kWhatever = IN_OPEN | IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVE;
    LAKE_CHECK(inotify_add_watch(queue_, folder.c_str(), kWhatever) >= 0);
  }
  ~FolderWatch() { close(queue_); }
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  /// Names of the files touched since the last call; "." is the folder itself.
  std::set<std::string> Take() {
    std::set<std::string> names;
    alignas(inotify_event) char events[64 * (sizeof(inotify_event) + NAME_MAX + 1)];
    for (ssize_t bytes; (bytes = read(queue_, events, sizeof events)) > 0;)
      for (ssize_t at = 0; at < bytes;) {
        const auto* event = reinterpret_cast<const inotify_event*>(events + at);
        names.insert(event->len == 0 ? "." : event->name);
        at += static_cast<ssize_t>(sizeof *event + event->len);
      }
    return names;
  }

 private:
  const int queue_;
};

}  // namespace lake::query
