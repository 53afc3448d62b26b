#include "answer_queue.h"

#include <algorithm>
#include <utility>

#include "lake/common/check.h"

namespace lake::gateway {

bool AnswerQueue::TakeIdle() { return std::exchange(io_idle_, false); }

Status AnswerQueue::Start(ResponseHead head) {
  bool wake = false;
  {
    MutexLock lock(mutex_);
    LAKE_CHECK(stage_ == Stage::kNew);
    if (broken_) return *broken_;
    stage_ = Stage::kHeadWaiting;
    next_.head = std::move(head);
    head_since_ = std::chrono::steady_clock::now();
    wake = TakeIdle();
  }
  if (wake) wake_();
  return {};
}

Status AnswerQueue::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    bool wake = false;
    {
      MutexLock lock(mutex_);
      LAKE_CHECK(stage_ == Stage::kHeadWaiting || stage_ == Stage::kStreaming);
      if (body_ == Body::kHeadOnly) return Cancelled("head_only", "the client wants no body");
      while (next_.bytes.size() >= kCapacity && !broken_) room_.Wait(mutex_);
      if (broken_) return *broken_;
      const size_t taken = std::min(bytes.size(), kCapacity - next_.bytes.size());
      next_.bytes.append(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      stage_ = Stage::kStreaming;
      wake = TakeIdle();
    }
    if (wake) wake_();
  }
  return {};
}

Status AnswerQueue::Finish(BodyEnd end) {
  bool wake = false;
  {
    MutexLock lock(mutex_);
    LAKE_CHECK(stage_ == Stage::kHeadWaiting || stage_ == Stage::kStreaming);
    if (broken_) return *broken_;
    stage_ = Stage::kFinished;
    next_.finished = true;
    next_.trailers = std::move(end.trailers);
    next_.failure = std::move(end.failure);
    wake = TakeIdle();
  }
  if (wake) wake_();
  return {};
}

bool AnswerQueue::Withdraw() {
  MutexLock lock(mutex_);
  if (stage_ != Stage::kHeadWaiting || !next_.head) return false;
  next_.head.reset();
  stage_ = Stage::kNew;
  return true;
}

bool AnswerQueue::started() const {
  MutexLock lock(mutex_);
  return stage_ != Stage::kNew;
}

void AnswerQueue::Close(std::string failure) {
  {
    MutexLock lock(mutex_);
    // What a HEAD request asked for is the head, however far the body got.
    if (body_ == Body::kHeadOnly && stage_ != Stage::kNew) next_.finished = true;
    if (next_.failure.empty()) next_.failure = std::move(failure);
    next_.closed = true;
    stage_ = Stage::kClosed;
  }
  wake_();
}

void AnswerQueue::CloseWith(Answer answer) {
  {
    MutexLock lock(mutex_);
    LAKE_CHECK(stage_ == Stage::kNew);
    next_.failure = std::move(answer.failure);
    next_.whole = std::move(answer);
    next_.closed = true;
    stage_ = Stage::kClosed;
  }
  wake_();
}

AnswerQueue::Portion AnswerQueue::Take(TimePoint now) {
  MutexLock lock(mutex_);
  io_idle_ = true;
  const bool only_head = next_.head && next_.bytes.empty() && !next_.finished && !next_.closed;
  if (only_head && now < head_since_ + kHeadPatience) {
    Portion later;
    later.look_again = head_since_ + kHeadPatience;
    return later;
  }
  Portion taken = std::exchange(next_, Portion{});
  next_.closed = taken.closed;
  io_idle_ = taken.empty();
  room_.NotifyOne();
  return taken;
}

void AnswerQueue::Break(Error error) {
  MutexLock lock(mutex_);
  if (!broken_) broken_ = std::move(error);
  next_.bytes.clear();
  room_.NotifyAll();
}

}  // namespace lake::gateway
