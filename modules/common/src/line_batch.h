// Lines on their way to a descriptor. Those that may wait are written together: one write(2) for each line
// would cost a busy server more than making it.
#pragma once

#include <string>
#include <string_view>
#include <thread>

#include "lake/common/mutex.h"

namespace lake::internal {

/// Any thread. Lines arrive in the order of Put.
class LineBatch {
 public:
  enum class Urgency {
    kMayWait,  ///< A few milliseconds, for company.
    kNow,      ///< Written when Put returns, and everything before it.
  };

  /// `descriptor` stays the caller's, who keeps it open.
  explicit LineBatch(int descriptor) : descriptor_(descriptor) {}
  /// Writes what waits.
  ~LineBatch();
  LineBatch(const LineBatch&) = delete;
  LineBatch& operator=(const LineBatch&) = delete;

  /// One line with its end, at most PIPE_BUF bytes: no write cuts it or mixes it with those of other
  /// processes. A failing write is ignored.
  void Put(std::string_view line, Urgency urgency) LAKE_EXCLUDES(mutex_);

 private:
  void WriteInTime() LAKE_EXCLUDES(mutex_);
  void Flush() LAKE_EXCLUDES(mutex_);
  std::string Begin() LAKE_EXCLUDES(mutex_);
  void WritePieces(std::string_view lines) const;

  const int descriptor_;
  Mutex mutex_;
  CondVar begun_or_stopping_;
  CondVar written_;
  std::string waiting_ LAKE_GUARDED_BY(mutex_);
  bool writing_ LAKE_GUARDED_BY(mutex_) = false;  ///< By one thread at a time, without the lock.
  bool stopping_ LAKE_GUARDED_BY(mutex_) = false;
  std::thread writer_ LAKE_GUARDED_BY(mutex_);  ///< From the first line that may wait on.
};

}  // namespace lake::internal
