#include "line_batch.h"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <utility>

namespace lake::internal {
namespace {

/// How long a line waits for company. Short enough that nobody who looks at the log notices, and as many
/// writes in a second as cost nothing.
constexpr std::chrono::milliseconds kPatience{5};
/// Where more than this waits, the descriptor is slow, and whoever adds to it waits with it.
constexpr size_t kMostWaitingBytes = 256u << 10;

}  // namespace

LineBatch::~LineBatch() {
  std::thread writer;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    writer = std::move(writer_);
  }
  begun_or_stopping_.NotifyOne();
  if (writer.joinable()) writer.join();
  Flush();
}

void LineBatch::Put(std::string_view line, Urgency urgency) {
  bool now = urgency == Urgency::kNow;
  bool begun = false;
  {
    MutexLock lock(mutex_);
    begun = waiting_.empty();
    waiting_ += line;
    now |= waiting_.size() > kMostWaitingBytes;
    if (!now && !writer_.joinable()) writer_ = std::thread([this] { WriteInTime(); });
  }
  if (now) return Flush();
  if (begun) begun_or_stopping_.NotifyOne();
}

/// The writer's life.
void LineBatch::WriteInTime() {
  pthread_setname_np(pthread_self(), "lake-log");
  for (;;) {
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !stopping_) begun_or_stopping_.Wait(mutex_);
      if (stopping_) return;
      const auto until = std::chrono::steady_clock::now() + kPatience;
      while (!stopping_ && begun_or_stopping_.WaitUntil(mutex_, until)) {
      }
    }
    Flush();
  }
}

void LineBatch::Flush() {
  WritePieces(Begin());
  MutexLock lock(mutex_);
  writing_ = false;
  written_.NotifyAll();
}

/// Takes what waits once nobody else writes.
std::string LineBatch::Begin() {
  MutexLock lock(mutex_);
  while (writing_) written_.Wait(mutex_);
  writing_ = true;
  return std::exchange(waiting_, {});
}

/// In pieces that a pipe takes whole, each of whole lines.
void LineBatch::WritePieces(std::string_view lines) const {
  while (!lines.empty()) {
    size_t size = lines.size();
    if (size > PIPE_BUF) size = lines.rfind('\n', PIPE_BUF - 1) + 1;
    while (write(descriptor_, lines.data(), size) < 0 && errno == EINTR) {
    }
    lines.remove_prefix(size);
  }
}

}  // namespace lake::internal
