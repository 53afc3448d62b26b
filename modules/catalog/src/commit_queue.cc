#include "commit_queue.h"

#include "lake/common/check.h"

namespace lake::catalog {

Result<CommitOutcome> CommitQueue::Submit(const Context& context, const EncodedEntry& encoded) {
  Waiter waiter{.pending = {.encoded = encoded, .outcome = {}}};
  const CancelRegistration registration = context.cancel.OnCancel([&] {
    MutexLock lock(mutex_);
    waiter.moved.NotifyOne();
  });
  {
    MutexLock lock(mutex_);
    if (waiting_.size() >= limits_.max_waiting)
      return ResourceExhausted("commit_queue_full", "{} transactions are waiting to be committed",
                               waiting_.size());
    waiting_.push_back(&waiter);
    if (!led_) {
      led_ = true;
      waiter.stage = Stage::kLeading;
    }
    LAKE_RETURN_IF_ERROR(Await(context, waiter));
    if (waiter.stage == Stage::kDone) return *std::move(waiter.pending.outcome);
  }
  Lead(waiter);
  return *std::move(waiter.pending.outcome);
}

Status CommitQueue::Await(const Context& context, Waiter& waiter) {
  while (waiter.stage == Stage::kWaiting || waiter.stage == Stage::kInBatch) {
    if (waiter.stage == Stage::kInBatch) {
      waiter.moved.Wait(mutex_);  // It may be on storage already: only the outcome is an answer.
      continue;
    }
    if (Status alive = context.CheckAlive(); !alive.ok()) {
      std::erase(waiting_, &waiter);
      return alive;
    }
    if (context.deadline.never()) {
      waiter.moved.Wait(mutex_);
    } else {
      waiter.moved.WaitUntil(mutex_, context.deadline.when());
    }
  }
  return {};
}

std::vector<CommitQueue::Waiter*> CommitQueue::TakeBatch() {
  std::vector<Waiter*> batch;
  size_t bytes = 0;
  while (!waiting_.empty() && batch.size() < limits_.max_batch_entries) {
    Waiter* next = waiting_.front();
    bytes += next->pending.encoded.text.size() + 1;
    if (!batch.empty() && bytes > limits_.max_batch_bytes) break;
    waiting_.pop_front();
    next->stage = Stage::kInBatch;
    batch.push_back(next);
  }
  return batch;
}

void CommitQueue::Lead(Waiter& leader) {
  std::vector<Waiter*> batch;
  {
    MutexLock lock(mutex_);
    batch = TakeBatch();
  }
  LAKE_CHECK(!batch.empty() && batch.front() == &leader);
  std::vector<PendingCommit*> pending;
  pending.reserve(batch.size());
  for (Waiter* waiter : batch) pending.push_back(&waiter->pending);
  commit_(pending);
  MutexLock lock(mutex_);
  for (Waiter* waiter : batch) {
    LAKE_CHECK(waiter->pending.outcome.has_value());
    waiter->stage = Stage::kDone;
    waiter->moved.NotifyOne();
  }
  led_ = !waiting_.empty();
  if (led_) {
    waiting_.front()->stage = Stage::kLeading;
    waiting_.front()->moved.NotifyOne();
  }
}

}  // namespace lake::catalog
