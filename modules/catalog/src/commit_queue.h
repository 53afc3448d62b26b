// CommitQueue: group commit without a thread of its own. The first caller leads: it takes everything that
// waits as one batch and commits it while others queue up behind; then the oldest of those leads. A caller
// leads at most once, for the batch that holds its own transaction.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "commit_object.h"
#include "lake/common/context.h"
#include "lake/common/mutex.h"

namespace lake::catalog {

/// One caller's transaction and what became of it.
struct PendingCommit {
  const EncodedEntry& encoded;
  std::optional<Result<CommitOutcome>> outcome;  ///< Set by whoever commits the batch.
};

class CommitQueue {
 public:
  struct Limits {
    size_t max_batch_bytes;
    size_t max_batch_entries;
    size_t max_waiting;
  };
  /// Gives every one of them an outcome. Called by one thread at a time, without a lock.
  using CommitBatch = std::function<void(std::span<PendingCommit* const>)>;

  CommitQueue(Limits limits, CommitBatch commit) : limits_(limits), commit_(std::move(commit)) {}

  /// Error besides the outcome's own: resource_exhausted/commit_queue_full; cancelled and deadline_exceeded,
  /// while it waits and is not in a batch yet.
  Result<CommitOutcome> Submit(const Context& context, const EncodedEntry& encoded);

 private:
  enum class Stage { kWaiting, kLeading, kInBatch, kDone };
  /// On the stack of its caller; all but `pending` belongs to mutex_.
  struct Waiter {
    PendingCommit pending;
    Stage stage = Stage::kWaiting;
    CondVar moved;
  };

  /// Returns when the waiter leads, is done, or has left the queue because the context ended (the error).
  Status Await(const Context& context, Waiter& waiter) LAKE_REQUIRES(mutex_);
  std::vector<Waiter*> TakeBatch() LAKE_REQUIRES(mutex_);
  void Lead(Waiter& leader);

  const Limits limits_;
  const CommitBatch commit_;

  Mutex mutex_;
  std::deque<Waiter*> waiting_ LAKE_GUARDED_BY(mutex_);
  bool led_ LAKE_GUARDED_BY(mutex_) = false;  ///< Somebody leads, or was told to.
};

}  // namespace lake::catalog
