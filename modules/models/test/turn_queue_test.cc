// Goal: a short piece of work does not wait for a long one, every turn is taken once, and a crowd is refused.
// Method: works that write down their turns, and one that holds the only thread.
#include "turn_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "lake/common_testing/result_matchers.h"

namespace lake::models {
namespace {

using testing::ElementsAre;

class Noted final : public Work {
 public:
  Noted(size_t turns, std::function<void(size_t)> take) : turns_(turns), take_(std::move(take)) {}
  size_t turns() const override { return turns_; }
  void TakeTurn(size_t turn) override { take_(turn); }

 private:
  const size_t turns_;
  const std::function<void(size_t)> take_;
};

/// Something that happens once and can be waited for.
class Signal {
 public:
  void Give() {
    MutexLock lock(mutex_);
    given_ = true;
    changed_.NotifyAll();
  }
  void Wait() {
    MutexLock lock(mutex_);
    while (!given_) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool given_ LAKE_GUARDED_BY(mutex_) = false;
};

TEST(TurnQueueTest, TakesTurnsInCircles) {
  Signal all_there, done;
  std::vector<std::string> order;  // One thread writes it.
  TurnQueue queue({.threads = 1, .max_works = 8});
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(1, [&](size_t) { all_there.Wait(); })));
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(4, [&](size_t turn) {
    order.push_back("long " + std::to_string(turn));
    if (turn == 3) done.Give();
  })));
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(1, [&](size_t) { order.push_back("short"); })));
  all_there.Give();
  done.Wait();
  EXPECT_THAT(order, ElementsAre("long 0", "short", "long 1", "long 2", "long 3"));
}

TEST(TurnQueueTest, TakesEachTurnOnce) {
  std::array<std::atomic<int>, 1000> taken = {};
  {
    TurnQueue queue({.threads = 4, .max_works = 100});
    for (size_t work = 0; work < 10; ++work)
      LAKE_ASSERT_OK(
          queue.Add(std::make_shared<Noted>(100, [&, work](size_t turn) { ++taken[work * 100 + turn]; })));
  }
  for (const std::atomic<int>& count : taken) EXPECT_EQ(count, 1);
}

/// Takes one turn after another until it says that it is done.
class Steps final : public Work {
 public:
  Steps(size_t steps, std::atomic<int>& at_once, Signal& done)
      : steps_(steps), at_once_(at_once), done_(done) {}
  Order order() const override { return Order::kOneAfterAnother; }
  size_t turns() const override { return taken_ == steps_ ? 0 : SIZE_MAX; }
  void TakeTurn(size_t turn) override {
    EXPECT_EQ(turn, taken_);
    EXPECT_EQ(++at_once_, 1);
    if (++taken_ == steps_) done_.Give();
    --at_once_;
  }

 private:
  const size_t steps_;
  size_t taken_ = 0;  // Of one turn at a time: no lock.
  std::atomic<int>& at_once_;
  Signal& done_;
};

TEST(TurnQueueTest, WhatGoesOneAfterAnotherIsNeverTakenTwiceAtOnce) {
  constexpr size_t kWorks = 5;
  std::array<std::atomic<int>, kWorks> at_once = {};
  std::array<Signal, kWorks> done;
  TurnQueue queue({.threads = 4, .max_works = kWorks});
  for (size_t work = 0; work < kWorks; ++work)
    LAKE_ASSERT_OK(queue.Add(std::make_shared<Steps>(200, at_once[work], done[work])));
  for (Signal& signal : done) signal.Wait();
}

TEST(TurnQueueTest, RefusesWhatIsTooMuch) {
  Signal begun, go_on;
  TurnQueue queue({.threads = 1, .max_works = 1});
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(1, [&](size_t) {
    begun.Give();
    go_on.Wait();
  })));
  begun.Wait();
  LAKE_ASSERT_OK(queue.Add(std::make_shared<Noted>(1, [](size_t) {})));
  EXPECT_THAT(queue.Add(std::make_shared<Noted>(1, [](size_t) {})),
              IsError(ErrorCode::kResourceExhausted, "models_busy"));
  go_on.Give();
}

}  // namespace
}  // namespace lake::models
