#include "turn_queue.h"

#include <utility>

#include "lake/common/check.h"

namespace lake::models {

TurnQueue::TurnQueue(Options options)
    : options_(options),
      // Never more tasks than runners, of which one may be about to end.
      pool_({.name = "models", .threads = options.threads, .queue_limit = options.threads}) {}

Status TurnQueue::Add(std::shared_ptr<Work> work) {
  LAKE_CHECK(work->turns() > 0);
  MutexLock lock(mutex_);
  if (waiting_.size() >= options_.max_works)
    return ResourceExhausted("models_busy", "too many texts wait for the model; try again soon");
  // One runner for each turn, as far as there are threads. The pool's own lock is taken under ours: its
  // threads hold none of both when they ask for one.
  const size_t turns = work->order() == Work::Order::kOneAfterAnother ? 1 : work->turns();
  size_t started = 0;
  for (; started < turns && runners_ < options_.threads; ++started) {
    LAKE_RETURN_IF_ERROR(pool_.Submit([this] { Run(); }));
    ++runners_;
  }
  waiting_.push_back({.work = std::move(work)});
  return {};
}

TurnQueue::Turn TurnQueue::Next() {
  MutexLock lock(mutex_);
  if (waiting_.empty()) {
    --runners_;
    return {};
  }
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  Turn turn = {.work = first.work, .number = first.next++};
  const bool waits_for_turn = first.work->order() == Work::Order::kOneAfterAnother;
  if (!waits_for_turn && first.next < first.work->turns()) waiting_.push_back(std::move(first));
  return turn;
}

void TurnQueue::Run() {
  for (Turn turn = Next(); turn.work != nullptr; turn = Next()) {
    turn.work->TakeTurn(turn.number);
    if (turn.work->order() == Work::Order::kOneAfterAnother) QueueNext(std::move(turn));
  }
}

void TurnQueue::QueueNext(Turn turn) {
  if (turn.number + 1 >= turn.work->turns()) return;
  MutexLock lock(mutex_);
  waiting_.push_back({.work = std::move(turn.work), .next = turn.number + 1});
}

}  // namespace lake::models
