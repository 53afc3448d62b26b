#include "ordered_blocks.h"

#include <optional>
#include <utility>

#include "lake/common/mutex.h"
#include "lake/common/worker_pool.h"

namespace lake::demo_data {
namespace {

// Hands out block numbers, and the turn to deliver in the same order.
class Turns {
 public:
  explicit Turns(int64_t blocks) : blocks_(blocks) {}

  std::optional<int64_t> NextToMake() LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (made_ == blocks_ || error_) return std::nullopt;
    return made_++;
  }
  /// False when delivery has stopped.
  bool WaitForTurn(int64_t block) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (taken_ != block && !error_) turn_changed_.Wait(mutex_);
    return !error_;
  }
  void EndTurn(Status status) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    ++taken_;
    if (!status.ok()) error_ = std::move(status).error();
    turn_changed_.NotifyAll();
  }
  Status status() LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (error_) return *error_;
    return Status();
  }

 private:
  const int64_t blocks_;
  Mutex mutex_;
  CondVar turn_changed_;
  int64_t made_ LAKE_GUARDED_BY(mutex_) = 0;
  int64_t taken_ LAKE_GUARDED_BY(mutex_) = 0;
  std::optional<Error> error_ LAKE_GUARDED_BY(mutex_);
};

void Serve(const BlockWork& work, Turns* turns) {
  std::string bytes;
  while (auto block = turns->NextToMake()) {
    bytes.clear();
    work.make(*block, &bytes);
    if (!turns->WaitForTurn(*block)) return;
    turns->EndTurn(work.take(*block, bytes));
  }
}

}  // namespace

Status RunInOrder(const BlockWork& work, size_t threads) {
  Turns turns(work.blocks);
  WorkerPool pool({.name = "demo-data", .threads = threads, .queue_limit = threads});
  for (size_t thread = 0; thread < threads; ++thread)
    LAKE_RETURN_IF_ERROR(pool.Submit([&] { Serve(work, &turns); }));
  pool.Shutdown();
  return turns.status();
}

}  // namespace lake::demo_data
